//! Figures for people: a spread of times, and the machine on which they were measured.

use std::fmt;
use std::fs;
use std::time::Duration;

/// A median, and what one of a hundred exceeds: of fewer that is the most. Times are in milliseconds; infinite where there is no bar.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// Half are no more.
    pub half: f64,
    /// All but one of a hundred are no more.
    pub most: f64,
}

impl Spread {
    /// Of these times, one at least.
    pub fn of(times: impl IntoIterator<Item = Duration>) -> Self {
        Self::over(times.into_iter().map(|time| time.as_secs_f64() * 1000.0))
    }

    /// Of these numbers, one at least.
    pub fn over(numbers: impl IntoIterator<Item = f64>) -> Self {
        let mut numbers: Vec<f64> = numbers.into_iter().collect();
        numbers.sort_unstable_by(f64::total_cmp);
        let at = |part: f64| numbers[((numbers.len() - 1) as f64 * part).round() as usize];
        Self { half: at(0.5), most: at(0.99) }
    }

    /// Whether it is beyond this bar.
    pub fn misses(self, bar: Self) -> bool {
        self.half > bar.half || self.most > bar.most
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |value: f64| if value.is_finite() { format!("{value:.0}") } else { "-".to_owned() };
        write!(to, "{} / {}", number(self.half), number(self.most))
    }
}

/// Cores, memory and kernel of this machine, in words.
pub fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let memory = field(&read("/proc/meminfo"), "MemTotal");
    let gib = memory.trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1024.0 / 1024.0;
    let (model, kernel) = (field(&read("/proc/cpuinfo"), "model name"), read("/proc/sys/kernel/osrelease"));
    format!("Machine: {cores} cores of {model}, {gib:.0} GiB, Linux {}", kernel.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_times_the_median_and_the_second_longest() {
        let spread = Spread::of((1..=101).map(Duration::from_millis));
        assert_eq!(spread.to_string(), "51 / 100");
        assert_eq!(Spread::of([Duration::from_millis(7)]).to_string(), "7 / 7");
        assert!(spread.misses(Spread { half: 51.0, most: 99.0 }));
        assert!(!spread.misses(Spread { half: 51.0, most: f64::INFINITY }));
    }
}
