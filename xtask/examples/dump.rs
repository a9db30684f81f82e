use wfc_syntax::{source::Source, tree::*};
fn main(){ let f=std::env::args().nth(1).unwrap(); let t=std::fs::read_to_string(&f).unwrap(); let s=Source::new(f.as_str(), t.as_str()); let p=wfc_syntax::parse::parse(&s, Spelling::of(&f,&t)); show(&p.tree,&t,p.tree.root.unwrap(),0);}
fn show(t:&Tree,x:&str,n:NodeId,d:usize){ let node=t.get(n); let sp=node.span; let src=&x[sp.start as usize..sp.end as usize]; let pad="  ".repeat(d);
 match &node.kind { NodeKind::Map(es)=>{println!("{pad}MAP {:?}",&src.chars().take(60).collect::<String>()); for e in es{ println!("{pad}- {} [{}]",e.key,&x[e.key_span.start as usize..e.key_span.end as usize]); show(t,x,e.value,d+1);} }
 NodeKind::Seq(v)=>{println!("{pad}SEQ {:?}..{:?}",src.chars().take(20).collect::<String>(),src.chars().rev().take(20).collect::<String>().chars().rev().collect::<String>()); for e in v{show(t,x,*e,d+1);} }
 k=>println!("{pad}{} {:?}", match k{NodeKind::Scalar(s)=>format!("SCALAR {:?}",s.style),NodeKind::Expr(_)=>"EXPR".into(),NodeKind::Type(_)=>"TYPE".into(),_=>"ERR".into()}, src)} }
