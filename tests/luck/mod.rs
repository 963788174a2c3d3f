//! Random numbers for data that tests make up.

/// Numbers that look random (xorshift), about normal.
pub struct Luck(pub u64);

impl Luck {
    /// In [0, 1).
    pub fn uniform(&mut self) -> f64 {
        for (left, shift) in [(true, 13), (false, 7), (true, 17)] {
            self.0 ^= if left { self.0 << shift } else { self.0 >> shift };
        }
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Mean 0, SD 1.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}
