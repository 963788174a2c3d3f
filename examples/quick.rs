use dyadsim::engine::{replicate::*,norms,summary::*}; use dyadsim::model::rules::*; use dyadsim::model::symptoms::*; use dyadsim::performance::Moments;
use std::time::Instant;
fn world()->World{ World{clinics:Default::default(),therapists:Default::default(),clients:Default::default(),r#match:Default::default(),alliance:Default::default(),alliance_effects:Default::default(),treatment:Default::default(),rupture:Default::default(),symptoms:Symptoms::Relaxation(Default::default()),endings:Default::default(),measures:Default::default(),instruments:Default::default(),tracking:Default::default(),feedback:None,interventions:vec![],outcomes:Default::default()} }
fn main(){
  let w=world(); let mut f=w.clone(); f.feedback=Some(dyadsim::model::feedback::Feedback::Oq(Default::default()));
  let t=Instant::now(); let cell=norms::cell(&[w,f]).unwrap(); println!("norms {:?}",t.elapsed());
  let mut ws=Workspace::default(); let mut m=vec![[Moments::default();MEASURE_COUNT];2];
  let t=Instant::now();
  for k in 0..200 { ws.simulate(&cell,1,k,&mut Unobserved); for a in 0..2 { let mut s=summarise(&cell.arms[a],&ws.arms[a]); if a==1 {compare(&cell.arms[1],&ws.arms[1],&ws.arms[0],&mut s);} for (m,v) in m[a].iter_mut().zip(s.values()) {m.add(v)} } }
  println!("{:?}",t.elapsed());
  for (i,spec) in MEASURES.iter().enumerate() { let (a,b)=(m[0][i].measured(),m[1][i].measured()); println!("{:28} {:9.4} ({:.4})  {:9.4} ({:.4}) {}",spec.name,a.value,a.mcse,b.value,b.mcse,spec.unit); }
}
