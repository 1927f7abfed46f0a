//! What templates expect of Python: how it writes constants, JSON and dates.

use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{Error, ErrorKind, State};

/// Values nested deeper than this are no chat.
const MOST_DEPTH: usize = 64;

/// How Python writes a value that Rust writes otherwise.
pub(super) fn constant(value: &Value) -> Option<&'static str> {
    match value.kind() {
        ValueKind::None => Some("None"),
        ValueKind::Bool => Some(if value.is_true() { "True" } else { "False" }),
        _ => None,
    }
}

/// `json.dumps` with `ensure_ascii=False`, as transformers' filter of this name: no HTML escapes, `indent` perhaps.
pub(super) fn tojson(state: &State<'_, '_>, value: &Value, options: Kwargs) -> Result<String, Error> {
    let indent: Option<usize> = options.get("indent")?;
    for ignored in ["ensure_ascii", "separators", "sort_keys"] {
        if options.has(ignored) {
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                format!("tojson({ignored}=…) is not supported"),
            ));
        }
    }
    options.assert_all_used()?;
    let mut json = Json { state, indent: indent.map(|spaces| spaces.min(16)), out: String::new() };
    json.write(value, 0)?;
    Ok(json.out)
}

struct Json<'a, 'state, 'env> {
    state: &'a State<'state, 'env>,
    indent: Option<usize>,
    out: String,
}

impl Json<'_, '_, '_> {
    fn write(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        let fail = |what: String| Err(Error::new(ErrorKind::InvalidOperation, what));
        if depth > MOST_DEPTH {
            return fail(format!("tojson of values nested more than {MOST_DEPTH} deep"));
        }
        self.state.consume_fuel(1)?;
        match value.kind() {
            ValueKind::None => self.out.push_str("null"),
            ValueKind::Bool => self.out.push_str(if value.is_true() { "true" } else { "false" }),
            ValueKind::Number => self.out.push_str(&value.to_string()),
            ValueKind::String => self.string(value.as_str().unwrap_or_default())?,
            ValueKind::Seq | ValueKind::Iterable => {
                self.items(value, ['[', ']'], depth, |json, item| json.write(item, depth + 1))?
            }
            ValueKind::Map => self.items(value, ['{', '}'], depth, |json, key| {
                json.string(&key.to_string())?;
                json.out.push_str(": ");
                json.write(&value.get_item(key)?, depth + 1)
            })?,
            kind => return fail(format!("tojson of {kind}")),
        }
        Ok(())
    }

    fn items(
        &mut self,
        value: &Value,
        [open, close]: [char; 2],
        depth: usize,
        write: impl Fn(&mut Self, &Value) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.out.push(open);
        let mut empty = true;
        for item in value.try_iter()? {
            if !empty {
                self.out.push_str(if self.indent.is_some() { "," } else { ", " });
            }
            empty = false;
            self.line(depth + 1);
            write(self, &item)?;
        }
        if !empty {
            self.line(depth);
        }
        self.out.push(close);
        Ok(())
    }

    fn line(&mut self, depth: usize) {
        if let Some(indent) = self.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', indent * depth));
        }
    }

    fn string(&mut self, text: &str) -> Result<(), Error> {
        self.state.consume_fuel(text.len() as u64 / 64)?;
        let quoted = serde_json::to_string(text)
            .map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))?;
        // JSON leaves DEL as it is, and so does Python.
        self.out.push_str(&quoted);
        Ok(())
    }
}

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The time, UTC, in the codes of Python's `strftime` that templates use; others are refused by name.
pub(super) fn strftime(format: &str, seconds: u64) -> Result<String, Error> {
    let (day_number, of_day) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(day_number);
    let (hour, minute) = (of_day / 3600, of_day / 60 % 60);
    let weekday = DAYS[((day_number + 4) % 7) as usize];
    let month_name = MONTHS[month as usize - 1];
    let first_of_year = (0..month - 1).map(|month| days_in(year, month + 1)).sum::<u64>();
    let mut out = String::new();
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            out.push(character);
            continue;
        }
        let code = characters.next();
        match code {
            Some('Y') => out.push_str(&year.to_string()),
            Some('y') => out.push_str(&format!("{:02}", year % 100)),
            Some('m') => out.push_str(&format!("{month:02}")),
            Some('d') => out.push_str(&format!("{day:02}")),
            Some('e') => out.push_str(&format!("{day:2}")),
            Some('j') => out.push_str(&format!("{:03}", first_of_year + day)),
            Some('B') => out.push_str(month_name),
            Some('b' | 'h') => out.push_str(&month_name[..3]),
            Some('A') => out.push_str(weekday),
            Some('a') => out.push_str(&weekday[..3]),
            Some('H') => out.push_str(&format!("{hour:02}")),
            Some('I') => out.push_str(&format!("{:02}", (hour + 11) % 12 + 1)),
            Some('p') => out.push_str(if hour < 12 { "AM" } else { "PM" }),
            Some('M') => out.push_str(&format!("{minute:02}")),
            Some('S') => out.push_str(&format!("{:02}", of_day % 60)),
            Some('F') => out.push_str(&format!("{year}-{month:02}-{day:02}")),
            Some('T') => out.push_str(&format!("{hour:02}:{minute:02}:{:02}", of_day % 60)),
            Some('%') => out.push('%'),
            other => {
                let code: String = other.into_iter().collect();
                return Err(Error::new(ErrorKind::InvalidOperation, format!("strftime_now with %{code}")));
            }
        }
    }
    Ok(out)
}

fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of a day counted from 1 January 1970 (Gregorian; Howard Hinnant's way).
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days.min(3_000_000) + 719_468; // From 1 March of year 0. The limit is the year 10183.
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153; // 0 is March.
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_python_writes_them() {
        let write =
            |seconds| strftime("%d %b %Y|%A %B %y %m %j|%H:%M:%S|%I %p|%a %F %T %e%%", seconds).unwrap();
        // Python: datetime.fromtimestamp(…, timezone.utc).strftime(…)
        assert_eq!(
            write(0),
            "01 Jan 1970|Thursday January 70 01 001|00:00:00|12 AM|Thu 1970-01-01 00:00:00  1%"
        );
        assert_eq!(
            write(1_709_208_061),
            "29 Feb 2024|Thursday February 24 02 060|12:01:01|12 PM|Thu 2024-02-29 12:01:01 29%"
        );
        assert_eq!(
            write(4_102_444_799),
            "31 Dec 2099|Thursday December 99 12 365|23:59:59|11 PM|Thu 2099-12-31 23:59:59 31%"
        );
        for format in ["%Q", "%", "%-d"] {
            assert!(strftime(format, 0).is_err(), "{format}");
        }
        assert!(strftime("%Y", u64::MAX).is_ok());
    }
}
