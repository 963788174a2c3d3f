use dyadsim::engine::replicate::*; use dyadsim::model::rules::*; use dyadsim::model::symptoms::*;
use std::time::Instant;
fn world()->World{ World{clinics:Default::default(),therapists:Default::default(),clients:Default::default(),r#match:Default::default(),alliance:Default::default(),alliance_effects:Default::default(),treatment:Default::default(),rupture:Default::default(),symptoms:Symptoms::Relaxation(Default::default()),endings:Default::default(),measures:Default::default(),instruments:Default::default(),tracking:Default::default(),feedback:None,interventions:vec![],outcomes:Default::default()} }
fn main(){
  let r=Rules::of(&world(),None).unwrap();
  for arms in [1usize,2,3] { let cell=Cell::new(vec![r.clone();arms]); let mut ws=Workspace::default();
   for _ in 0..3 { let t=Instant::now(); let mut n=0u64; let mut y=0.; let mut dr=0.;let mut cnt=0.; for k in 0..200 { ws.simulate(&cell,1,k,&mut Unobserved); for c in &ws.arms[0].courses { n+=c.sessions as u64; y+=c.final_score; cnt+=1.; if c.reason==dyadsim::model::ending::EndReason::Dropout {dr+=1.;} } }
   let ns=t.elapsed().as_nanos() as f64/n as f64; println!("arms {arms}: {ns:.1} ns per arm0 session; sessions/course {:.2} final {:.2} dropout {:.3}", n as f64/cnt, y/cnt, dr/cnt); } }
}
