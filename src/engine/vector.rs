//! Vector widths of this machine, chosen while the program runs.
//!
//! The arithmetic is the same at every width (nothing is fused or reordered), so results are too.

/// How many numbers one instruction handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// What every processor of the kind has.
    Baseline,
    /// Four numbers at a time (x86-64-v3).
    Avx2,
    /// Eight numbers at a time (x86-64-v4).
    Avx512,
}

impl Width {
    /// Widths that this machine has, narrow to wide.
    pub fn available() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        let widths = {
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512bw");
            [(Self::Baseline, true), (Self::Avx2, is_x86_feature_detected!("avx2")), (Self::Avx512, avx512)]
        };
        #[cfg(not(target_arch = "x86_64"))]
        let widths = [(Self::Baseline, true)];
        widths.into_iter().filter(|(_, has)| *has).map(|(width, _)| width).collect()
    }

    /// The widest of this machine.
    pub fn widest() -> Self {
        Self::available().last().copied().unwrap_or(Self::Baseline)
    }
}

/// Work that is compiled once for each vector width.
pub trait Kernel {
    /// What comes out.
    type Out;
    /// The work. Mark it, and all it calls in its hot loop, `#[inline(always)]`.
    fn run(self) -> Self::Out;
}

/// Runs a kernel at a width; at the baseline if this machine does not have it.
pub fn at<K: Kernel>(width: Width, kernel: K) -> K::Out {
    #[cfg(target_arch = "x86_64")]
    match width {
        Width::Baseline => {}
        // SAFETY: the processor has the features, as just asked.
        Width::Avx2 if is_x86_feature_detected!("avx2") => return unsafe { with_avx2(kernel) },
        // SAFETY: as above.
        Width::Avx512 if Width::available().contains(&Width::Avx512) => return unsafe { with_avx512(kernel) },
        _ => {}
    }
    let _ = width;
    kernel.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
fn with_avx512<K: Kernel>(kernel: K) -> K::Out {
    kernel.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<K: Kernel>(kernel: K) -> K::Out {
    kernel.run()
}
