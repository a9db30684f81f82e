#![no_main]

wfc_fuzz::target!("parse_yaml");
