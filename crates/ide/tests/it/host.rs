//! What a host promises: snapshots stay what they are, work is done once, and what changed is seen.

use std::sync::Arc;

use wfc_ide::answer::TextEdit;
use wfc_ide::{Cancel, Cancelled, Snapshot};
use wfc_syntax::span::Span;

use crate::support::host;

const CALLEE: &str = "workflow callee { input id: string  return id }\n";
const CALLER: &str = "workflow caller { let a = call callee { id: \"x\" }  return a }\n";

fn codes(snapshot: &Snapshot, path: &str) -> Vec<&'static str> {
    let file = snapshot.checked(path, &Cancel::new()).unwrap().unwrap();
    file.checked.diagnostics.iter().map(|d| d.code.id).collect()
}

#[test]
fn a_snapshot_stays_what_it_was() {
    let (mut host, _) = host(&[]);
    host.open("/w/a.wf", "workflow a { return 1 }\n", 1);
    let before = host.snapshot();
    let span = Span::new(20, 21);
    assert!(host.change("/w/a.wf", &[TextEdit::new(span, "nope")], 2));
    let after = host.snapshot();
    assert_eq!(codes(&before, "/w/a.wf"), [""; 0]);
    assert_eq!(codes(&after, "/w/a.wf"), ["WF0201"]);
    assert_eq!(
        &*after.document("/w/a.wf").unwrap().text,
        "workflow a { return nope }\n"
    );
    assert!(after.revision() > before.revision());
}

#[test]
fn work_is_shared_until_something_that_it_read_changes() {
    let (mut host, disk) = host(&[
        ("/w/callee.wf", CALLEE),
        ("/w/other.wf", CALLEE.replace("callee", "other").as_str()),
    ]);
    let cancel = Cancel::new();
    host.open("/w/caller.wf", CALLER, 1);
    let checked = |s: &Snapshot| s.checked("/w/caller.wf", &cancel).unwrap().unwrap();
    let first = checked(&host.snapshot());
    assert!(
        first.checked.diagnostics.is_empty(),
        "{:?}",
        first.checked.diagnostics
    );

    host.open("/w/unrelated.wf", "workflow u { return 1 }\n", 1);
    assert!(Arc::ptr_eq(&first, &checked(&host.snapshot())));

    disk.write("/w/callee.wf", &CALLEE.replace("id", "key"));
    assert!(
        Arc::ptr_eq(&first, &checked(&host.snapshot())),
        "nobody said that the disk changed"
    );
    host.disk_changed(&["/w/callee.wf".to_owned()]);
    assert!(!codes(&host.snapshot(), "/w/caller.wf").is_empty());

    host.open("/w/callee.wf", CALLEE, 1);
    assert!(
        codes(&host.snapshot(), "/w/caller.wf").is_empty(),
        "the editor's text goes before the disk's"
    );
    host.close("/w/callee.wf");
    assert!(!codes(&host.snapshot(), "/w/caller.wf").is_empty());
}

#[test]
fn a_file_that_comes_or_goes_is_seen() {
    let (mut host, disk) = host(&[("/w/caller.wf", CALLER)]);
    assert!(!codes(&host.snapshot(), "/w/caller.wf").is_empty());
    disk.write("/w/callee.wf", CALLEE);
    host.disk_changed(&["/w/callee.wf".to_owned()]);
    assert!(codes(&host.snapshot(), "/w/caller.wf").is_empty());
    disk.files.lock().unwrap().remove("/w/callee.wf");
    host.disk_changed(&["/w".to_owned()]);
    assert!(!codes(&host.snapshot(), "/w/caller.wf").is_empty());
}

#[test]
fn the_list_to_watch_has_all_that_a_check_read() {
    let (mut host, _) = host(&[("/w/lib/callee.wf", CALLEE)]);
    let text = "workflow c { tools \"t/x.tools.json\" call \"lib/callee.wf\" { id: \"1\" } call nobody {} }\n";
    host.open("/w/c.wf", text, 1);
    let found = host
        .snapshot()
        .dependencies("/w/c.wf", &Cancel::new())
        .unwrap();
    assert_eq!(found.files, ["/w/lib/callee.wf", "/w/t/x.tools.json"]);
    assert_eq!(found.folders, ["/w"]);
}

#[test]
fn bytes_that_are_no_text_have_their_finding() {
    let (mut host, _) = host(&[]);
    host.open("/w/a.wf", " \n", 1);
    assert_eq!(codes(&host.snapshot(), "/w/a.wf"), ["WF0002"]);
}

#[test]
fn a_question_that_was_taken_back_is_not_answered() {
    let (mut host, _) = host(&[]);
    host.open("/w/a.wf", CALLEE, 1);
    let cancel = Cancel::new();
    cancel.cancel();
    assert_eq!(
        host.snapshot().checked("/w/a.wf", &cancel).err(),
        Some(Cancelled)
    );
}

#[test]
fn snapshots_go_to_other_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Snapshot>();
}
