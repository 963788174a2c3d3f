//! Speed of writing result files: 10 columns, 31 bytes a row.
//!
//! `cargo bench --bench result_file -- [MILLION_ROWS] [FILE]` (the file must not exist yet)

#[cfg(not(feature = "hdf5"))]
fn main() {}

#[cfg(feature = "hdf5")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let millions: usize = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let path = arguments.next().unwrap_or_else(|| "result_file_speed.h5".to_owned());
    speed::measure(millions, path.as_ref())
}

#[cfg(feature = "hdf5")]
mod speed {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use dyadsim::output::read::ResultReader;
    use dyadsim::output::writer::{ResultFile, WriteOptions};

    const BATCH: usize = 50_000;

    dyadsim::table! {
        /// What a table of sessions looks like.
        pub table Sessions / Session named "sessions" {
            /// Replicate.
            replicate: i32 = "1", "replicate number";
            /// Client.
            client: i32 = "1", "client number";
            /// Session.
            session: i16 = "sessions", "session number";
            /// Arm.
            arm: bool = "1", "arm";
            /// Score in whole points.
            score: f64 = "points", "observed score";
            /// Latent value.
            alliance: f64 = "SD", "true alliance";
            /// Rupture.
            rupture: bool = "1", "rupture at this session";
            /// Repair.
            repair: bool = "1", "repair at this session";
            /// Alarm.
            alarm: bool = "1", "alarm at this session";
            /// Last.
            last: bool = "1", "last session of the course";
        }
    }

    /// Rows of a made-up run; a small generator keeps the benchmark free of other code.
    fn batch(number: usize) -> Sessions {
        let mut state = number as u64 + 1;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut rows = Sessions::default();
        for i in number * BATCH..(number + 1) * BATCH {
            let ruptured = uniform() < 0.1;
            rows.push(Session {
                replicate: (i / 4000) as i32,
                client: (i % 4000 / 20) as i32,
                session: (i % 20) as i16,
                arm: i % 4000 >= 2000,
                score: (27.0 * uniform()).round(),
                alliance: uniform() + uniform() + uniform() - 1.5,
                rupture: ruptured,
                repair: ruptured && uniform() < 0.5,
                alarm: uniform() < 0.03,
                last: i % 20 == 19,
            });
        }
        rows
    }

    pub fn measure(millions: usize, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
        let (mut appending, batches) = (Duration::ZERO, millions * 1_000_000 / BATCH);
        let mut file = ResultFile::create(path, WriteOptions { overwrite: true })?;
        let id = file.table("sessions", Sessions::SPECS)?;
        for number in 0..batches {
            let rows = batch(number);
            let start = Instant::now();
            file.append(id, &rows)?;
            appending += start.elapsed();
        }
        let start = Instant::now();
        let written = file.finish()?;
        let finishing = start.elapsed();

        let megabytes = (batches * BATCH * 31) as f64 / 1e6;
        let total = (appending + finishing).as_secs_f64();
        println!("{} threads, {megabytes:.0} MB of rows", rayon::current_num_threads());
        println!("append {:.2} s, finish {:.2} s: {:.0} MB/s", appending.as_secs_f64(), finishing.as_secs_f64(), megabytes / total);
        println!("file {:.0} MB ({:.0} %)", written.bytes as f64 / 1e6, 100.0 * written.bytes as f64 / 1e6 / megabytes);
        let start = Instant::now();
        let rows = ResultReader::open(path)?.table("sessions")?.rows();
        println!("read {rows} rows at {:.0} MB/s", megabytes / start.elapsed().as_secs_f64());
        Ok(())
    }
}
