#![no_main]

wfc_fuzz::target!("server");
