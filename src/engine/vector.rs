//! The widest vectors this machine has, chosen while the program runs.
//!
//! The arithmetic is the same at every width (nothing is fused or reordered), so results are too.

/// Work that is compiled once for each vector width.
pub trait Kernel {
    /// What comes out.
    type Out;
    /// The work. Mark it, and all it calls in its hot loop, `#[inline(always)]`.
    fn run(self) -> Self::Out;
}

/// Runs a kernel with the widest vectors of this machine.
pub fn widest<K: Kernel>(kernel: K) -> K::Out {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") && is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("avx512bw") {
            // SAFETY: the processor has the features, as just asked.
            return unsafe { with_avx512(kernel) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has the feature, as just asked.
            return unsafe { with_avx2(kernel) };
        }
    }
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
