//! A long measurement, step by step: one that fails costs its own figures and no other's.

use anyhow::{Error, Result, bail};

/// What went wrong so far.
#[derive(Debug, Default)]
pub struct Steps {
    failed: Vec<String>,
}

impl Steps {
    /// Does `work`, which is called `what`. Where it fails, this is said at once, and `None` comes back.
    pub fn step<T>(&mut self, what: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        eprintln!("{what}");
        work().map_err(|error| self.fail(what, &error)).ok()
    }

    /// Notes that `what` failed.
    pub fn fail(&mut self, what: &str, error: &Error) {
        eprintln!("{what}: NOT MEASURED: {error:#}");
        self.failed.push(format!("{what}: {error:#}"));
    }

    /// Each step that failed, and why.
    pub fn failed(&self) -> &[String] {
        &self.failed
    }

    /// An error that names all failures, for the end of the program.
    ///
    /// # Errors
    /// When a step failed.
    pub fn end(&self) -> Result<()> {
        if !self.failed.is_empty() {
            bail!("not everything was measured:\n  {}", self.failed.join("\n  "));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    #[test]
    fn a_step_that_fails_costs_no_other() {
        let mut steps = Steps::default();
        assert_eq!(steps.step("first", || Ok(1)), Some(1));
        assert!(steps.end().is_ok());
        assert_eq!(steps.step("second", || Err::<(), _>(anyhow!("no room"))), None);
        assert_eq!(steps.step("third", || Ok(3)), Some(3));
        assert_eq!(steps.failed(), ["second: no room"]);
        assert!(steps.end().unwrap_err().to_string().contains("second: no room"));
    }
}
