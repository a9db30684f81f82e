//! Who may answer an approval.

use wfc_engine::store::{CommitFault, NewLetter, Store as _, Verdict};
use wfc_engine::{Decision, Incoming, letter, permission_letter};
use wfc_program::isa::EffectKind;
use wfc_vm::Delivery;

use crate::programs::*;
use crate::world::*;

fn world() -> World {
    let args = r#"{"prompt":"Go?","approvers":["ada","bob"]}"#;
    let program = sequence("s", &[step("ok", EffectKind::Approval, args)]);
    World::start([program], "s", server())
}

fn decided(by: Option<&str>) -> Decision {
    Decision {
        approve: true,
        by: by.map(str::to_owned),
        comment: None,
    }
}

#[test]
fn nobody_but_the_approvers_decides() {
    let mut w = world();
    let wanted = w.round(0, vec![]).waiting.remove(0);
    for by in [Some("eve"), Some("Ada"), Some(""), None] {
        let kind = decided(by).event(wanted.effect, at(1)).unwrap();
        let run = wanted.run;
        let round = w.round(1, vec![Incoming { run, kind }]);
        assert_eq!(round.refused.len(), 1, "{by:?}");
        assert_eq!(round.refused[0].1, Delivery::Forbidden);
        assert_eq!(w.end(key(0)), "not ended");
    }
    let kind = decided(Some("bob")).event(wanted.effect, at(2)).unwrap();
    let run = wanted.run;
    w.round(2, vec![Incoming { run, kind }]);
    assert!(w.end(key(0)).contains(r#""by":"bob""#), "{}", w.end(key(0)));
}

#[test]
fn a_letter_of_somebody_else_is_told_so_and_the_next_one_counts() {
    let mut w = world();
    let wanted = w.round(0, vec![]).waiting.remove(0);
    let mut post = |by: &str| {
        let kind = decided(Some(by)).event(wanted.effect, at(1)).unwrap();
        let new = NewLetter {
            to: wanted.run,
            at: at(1),
            body: letter(&kind),
        };
        w.place.post(&new).unwrap()
    };
    let (eve, ada) = (post("eve"), post("ada"));
    w.engine.poll(at(2)).unwrap();
    w.round(2, vec![]);
    assert_eq!(w.place.verdict(eve), Ok(Some(Verdict::Forbidden)));
    assert_eq!(w.place.verdict(ada), Ok(Some(Verdict::Accepted)));
    assert!(w.end(key(0)).contains(r#""by":"ada""#), "{}", w.end(key(0)));
    // It is in the run's history, with the time.
    let history = w.engine.history(key(0)).unwrap();
    let steps = history.steps();
    let output = steps[0].output.as_ref().map(wfc_value::json::format);
    let output = output.unwrap();
    assert!(
        output.contains(r#""by":"ada""#) && output.contains("10:00:01"),
        "{output}"
    );
}

#[test]
fn a_permission_goes_to_the_host_once_and_its_sender_hears_what_became_of_it() {
    for fault in [None, Some(CommitFault::Lost), Some(CommitFault::Unheard)] {
        let mut w = World::start([sequence("s", &[again("a")])], "s", server());
        w.round(0, vec![]);
        let mut post = |step: Option<&str>| {
            let new = NewLetter {
                to: key(0),
                at: at(1),
                body: permission_letter(step, &decided(Some("ada"))),
            };
            w.place.post(&new).unwrap()
        };
        let letters = [post(Some("a")), post(None)];
        w.engine.poll(at(2)).unwrap();
        let told = w.engine.round(at(2), vec![]).unwrap();
        assert!(told.busy);
        let steps: Vec<_> = told.permissions.iter().map(|p| p.step.as_deref()).collect();
        assert_eq!(steps, [Some("a"), None]);
        for (permission, taken) in told.permissions.iter().zip([true, false]) {
            assert_eq!(permission.decision, decided(Some("ada")));
            w.engine.permitted(permission.letter, taken);
        }
        w.place.fail([fault]);
        let mut more = 0;
        for second in 3..8 {
            match w.engine.round(at(second), vec![]) {
                Ok(round) => more += round.permissions.len(),
                Err(error) => assert!(fault.is_some() && second == 3, "{error}"),
            }
            w.engine.poll(at(second)).unwrap();
        }
        assert_eq!(more, 0, "{fault:?}");
        let verdicts = letters.map(|letter| w.place.verdict(letter).unwrap());
        assert_eq!(
            verdicts,
            [Some(Verdict::Accepted), Some(Verdict::Stale)],
            "{fault:?}"
        );
    }
}
