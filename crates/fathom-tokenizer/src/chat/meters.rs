//! The meters that a template is rewritten to pass its values through ([`super::metered`]): filters that pay for a value.

use minijinja::value::{Tuple, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State};

/// The meters' names as filters: no template can write them.
pub(super) const DEEP: &str = "\0deep";
pub(super) const EAGER: &str = "\0eager";
pub(super) const DATA: &str = "\0data";

/// How deep values may be nested: what takes them apart, at last their destructor, does it on the stack.
const MOST_DEPTH: usize = 32;

pub(super) fn add_meters(environment: &mut Environment<'_>) {
    environment.add_filter(DEEP, |state: &State<'_, '_>, value: Value| {
        weigh(state, &value, 0, true)?;
        Ok::<_, Error>(value)
    });
    environment.add_filter(DATA, |state: &State<'_, '_>, value: Value| {
        weigh(state, &value, 0, false)?;
        Ok::<_, Error>(value)
    });
    environment.add_filter(EAGER, eager);
}

/// Pays for a value as deep as it goes. `objects`: whether it may be, or hold, something else than data.
fn weigh(state: &State<'_, '_>, value: &Value, depth: usize, objects: bool) -> Result<(), Error> {
    if depth > MOST_DEPTH {
        let what = format!("values nested more than {MOST_DEPTH} deep");
        return Err(Error::new(ErrorKind::InvalidOperation, what));
    }
    if !objects && (value.kind() == ValueKind::Plain || is_engines(value)) {
        // It could hold itself, or a macro that knows it, and would never be freed.
        return Err(Error::new(ErrorKind::InvalidOperation, "a namespace can hold data alone"));
    }
    state.consume_fuel(1 + value.as_str().map_or(0, |text| text.len() as u64 / 64))?;
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => {
            value.try_iter()?.try_for_each(|item| weigh(state, &item, depth + 1, objects))
        }
        ValueKind::Map if value.as_object().is_some() => value.try_iter()?.try_for_each(|key| {
            weigh(state, &key, depth + 1, objects)?;
            weigh(state, &value.get_item(&key)?, depth + 1, objects)
        }),
        _ => Ok(()),
    }
}

/// A namespace, macro or loop: their types are the engine's own.
fn is_engines(value: &Value) -> bool {
    let name = value.as_object().map(|object| object.type_name()).unwrap_or_default();
    name.starts_with("minijinja::vm::") || name.ends_with("::Namespace")
}

/// A sum or product of lists, made now.
fn eager(state: &State<'_, '_>, value: Value) -> Result<Value, Error> {
    let made =
        value.downcast_object_ref::<Vec<Value>>().is_some() || value.downcast_object_ref::<Tuple>().is_some();
    if made || !matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) {
        return Ok(value);
    }
    // An empty list a billion times would be gone through a billion times.
    if value.len() == Some(0) {
        return Ok(Value::from(Vec::<Value>::new()));
    }
    let mut items = Vec::new();
    for item in value.try_iter()? {
        state.consume_fuel(1)?;
        items.push(item);
    }
    Ok(Value::from(items))
}
