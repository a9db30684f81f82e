//! Listings that between them use every instruction.

pub(crate) const CORPUS: &[&str] = &[
    // A step with retries inside of a timeout, an error handler and finally code.
    "catch @c\nstep_enter a\ncomp_push @undo\nfinally @f\ndur 30s\ndeadline\nloop_enter leaf_attempt\nagain:\n\
     catch @failed\npush {\"command\": \"x\"}\neffect bash\nstore $out\nend_catch\nloop_leave\nend_deadline\n\
     end_finally\nstep_leave\nend_catch\ndur 5s\nsleep\ncomp_unwind $none\nload $out\nreturn\n\
     failed:\nselect code\npush \"fatal\"\neq\njump_if_not @retry\n\
     push {\"code\": \"fatal\", \"message\": \"m\"}\nraise\n\
     retry:\nrandom\npop\ndur 2s\nsleep\nloop_next\njump @again\n\
     f:\nfinally_how\npush \"failed\"\neq\njump_if_not @ok\npush {}\neffect tool\npop\nok:\nfinally_done\n\
     c:\nstore $error\ncomp_unwind $none\nload $error\nraise\n\
     undo:\nload_opt $out\npop\npush {}\neffect bash\npop\nend_fiber_skip",
    // Forks of all joins inside of each other, with compensation, deadlines and merges.
    "finally @f\nstep_enter p\nfork all 2 x=@x/v/s.status y=@y/v z=@z\nstore $r\nstep_leave\nend_finally\n\
     load $r\nreturn\n\
     x:\nstep_enter s\ncomp_push @undo\npush {}\neffect tool\nstore $v\nstep_leave\n\
     push [1, 2, 3, 4]\nfork_each settled 2 $i $n @item collect\nend_fiber\n\
     y:\ndur 20s\ndeadline\nfork any 0 q=@q w=@q\nstore $v\nend_deadline\nload $v\nend_fiber\n\
     q:\nstep_enter race\ncomp_push @undo\npush {}\neffect call\nstore $v\nstep_leave\npush {\"event\": \"go\"}\n\
     effect event\nend_fiber\n\
     z:\npush [5, 6]\nfork_each all 1 $i - @item\nend_fiber\n\
     item:\nload $i\npush 2\neq\njump_if @skip\nstep_enter it\npush {\"prompt\": \"?\"}\neffect approval\nstore $v\n\
     step_leave\nload $v\nend_fiber\nskip:\nend_fiber_skip\n\
     f:\nfinally_how\npush \"done\"\nne\njump_if_not @fine\ncomp_unwind $none\nfine:\npush {\"content\": \"bye\"}\n\
     effect message\npop\nfinally_done\n\
     undo:\nstep_enter u\npush {}\neffect bash\npop\nstep_leave\nend_fiber_skip",
    // Loops, jumps out of them, budgets, skipping, marks.
    ".input n int optional\nis_set $n\njump_if @given\npush 3\nstore $n\ngiven:\nlist_new\nstore $all\n\
     push {\"tokens\": 50, \"agent_calls\": 3}\nbudget\nstep_enter each\nloop_enter iteration\npush [\"a\", \"b\", \"c\"]\niter\nnext:\n\
     iter_next2 $k $w @end\ncomp_mark $m\nstep_enter ask\npush \"goal\"\nload $w\nmap 1\neffect agent\nstore $got\n\
     load $got\nappend $all\nload $got\npush null\neq\njump_if @stop\nstep_leave\nstep_skip other\ncomp_drop $m\n\
     loop_next\njump @next\nstop:\nleave 3 @out\nend:\nloop_leave\nstep_leave\nout:\nend_budget\n\
     time 2023-11-14T22:14:00Z\nsleep_until\nload $all\nreturn",
    // Expressions of all sorts.
    "fact trigger\nstore $t\nfact env\npop\nverdict false\npush [3, 0, 1]\niter\nl:\niter_next $x @e\nguard @g\npush 6\n\
     load $x\ndiv\npush 2\neq\nunguard\ng:\nor\njump_verdict true @y\njump @l\ny:\niter_drop\ne:\nverdict true\nand\n\
     settle\nstore $b\nmap_new\npush \"k\"\nload $b\nnot\nmap_put\npush \"o\"\nload $t\nselect_opt type\nmap_put_opt\n\
     push \"z\"\npush 1\nneg\npush 2\nsub\nmap_put\ndup\nhas k\npop\ndup\nselect k\npop\npush \"k\"\nindex_opt\npop\n\
     list_new\npush 1\nlist_push\nsome 2\nlist_push_opt\ndup\npush 0\nindex\npush 3\nmul\npush 4\nadd\npush 5\nmod\n\
     swap\npop\npush true\npop\ndup\npush 9\nlt\npop\npush \"v\"\nswap\ntemplate 2\nmap_new\nstore $mm\npush \"p\"\npush 1\nput $mm\nclear $t\n\
     call size 1\nstore $n\nload $n\npush 1\ngt\njump_if_keep @k\npop\nload $n\npush 9\nle\njump_if_not_keep @k\npop\n\
     load $n\npush 0\nge\nk:\npop\nload $n\npush [1, 2]\nin\npop\nload $mm\ndecode any\nhold {\"maxProperties\":9}\nload $n\nlist 2\nreturn",
];
