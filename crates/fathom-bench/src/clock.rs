//! Time, wall and CPU, and medians.

use std::time::Instant;

/// What a piece of work took.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// Seconds on the wall.
    pub wall: f64,
    /// Seconds of CPU, all threads together; the wall's where the system does not tell.
    pub cpu: f64,
}

/// Runs `work` and says what it took.
pub fn time<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let result = work();
    let wall = start.elapsed().as_secs_f64();
    let cpu = cpu_seconds().zip(cpu).map_or(wall, |(end, start)| end - start);
    (result, Took { wall, cpu })
}

/// CPU seconds that the living threads of this process have used.
fn cpu_seconds() -> Option<f64> {
    let mut total = 0.0;
    for task in std::fs::read_dir("/proc/self/task").ok()? {
        // A thread may end between the listing and the reading.
        let Ok(stat) = std::fs::read_to_string(task.ok()?.path().join("schedstat")) else { continue };
        total += stat.split(' ').next()?.parse::<f64>().ok()?;
    }
    Some(total / 1e9)
}

/// The middle value; of an even number, the mean of the two middle ones. NaN of nothing.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let (half, count) = (values.len() / 2, values.len());
    match (count, count % 2) {
        (0, _) => f64::NAN,
        (_, 1) => values[half],
        _ => (values[half - 1] + values[half]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median([]).is_nan());
    }

    #[test]
    fn cpu_time_counts_work_and_not_sleep() {
        let (_, took) = time(|| std::thread::sleep(std::time::Duration::from_millis(60)));
        assert!(took.wall >= 0.06);
        if cpu_seconds().is_some() {
            assert!(took.cpu < took.wall, "{took:?}");
        }
    }
}
