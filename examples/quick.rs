//! Runs one kind of replicate again and again, for a profiler: `quick default|two|cl1|floor N`.
use dyadsim::engine::norms; use dyadsim::engine::replicate::*; use dyadsim::scenario::load::Scenario;
fn main(){
  let a: Vec<String>=std::env::args().collect();
  let text=match a[1].as_str(){"default"=>"()".to_string(),"two"=>r#"(arms: [(name: "a"), (name: "b", set: { "rupture.repair_intercept": 0.4 })])"#.into(),_=>include_str!("../benches/cl1.ron").into()};
  let s=Scenario::load("q",&text,&[]).unwrap_or_else(|e|panic!("{e}"));
  let w:Vec<_>=s.cells[0].arms.iter().map(|a|a.world.clone()).collect();
  let cell=norms::cell(&w).unwrap(); let mut ws=Workspace::default(); if let Some(w)=a.get(3){ ws.width=dyadsim::engine::vector::Width::available()[w.parse::<usize>().unwrap()]; } let n:u64=a[2].parse().unwrap(); let mut t=0u64;
  let st=std::time::Instant::now();
  for k in 0..n { ws.simulate(&cell,1,k,&mut Unobserved); t+=ws.arms[0].courses.iter().map(|c|c.sessions as u64).sum::<u64>(); }
  println!("{} sessions {:.1} ns", t, st.elapsed().as_nanos() as f64/t as f64);
}
