//! A pickle is a program for a stack machine. This one can build the plain values and tensors of a state dict and
//! nothing else: a callable is one of the few in [`Known`], which are names for what *we* do; none is ever called.
//!
//! Values live in one list and refer to each other by number, so a pickle that nests or repeats itself can neither
//! overflow our stack nor double its size with each instruction: there is at most one value for each byte read.

use std::collections::HashMap;

use super::instructions::{Op, Reader};
use super::value::{Id, Known, Storage, TensorRef, Value};

/// Enough for some 200,000 tensors in a file.
const MOST_VALUES: usize = 4_000_000;
/// What is called takes fewer.
const MOST_ARGUMENTS: usize = 16;
/// More than a tensor has.
const MOST_DIMENSIONS: usize = 64;

/// Why a pickle was refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It does not make sense.
    Damaged(String),
    /// It asks for something that a state dict has no need of.
    Code(String),
}

impl From<String> for Refusal {
    fn from(message: String) -> Refusal {
        Refusal::Damaged(message)
    }
}

impl From<&str> for Refusal {
    fn from(message: &str) -> Refusal {
        Refusal::Damaged(message.to_owned())
    }
}

/// What a pickle built: its values, the last of which on the stack is the result.
#[derive(Debug)]
pub(super) struct Machine<'a> {
    values: Vec<Value<'a>>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

impl<'a> Machine<'a> {
    /// Runs one pickle from the start of `bytes`; gives the result's id and how many bytes it took.
    pub(super) fn run(bytes: &'a [u8]) -> Result<(Machine<'a>, Id, usize), (usize, Refusal)> {
        let mut machine =
            Machine { values: Vec::new(), stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() };
        let mut reader = Reader::new(bytes);
        loop {
            let at = reader.position();
            let done = reader.next().map_err(Refusal::from).and_then(|op| machine.step(op));
            if let Some(result) = done.map_err(|why| (at, why))? {
                return Ok((machine, result, reader.position()));
            }
        }
    }

    pub(super) fn value(&self, id: Id) -> &Value<'a> {
        &self.values[id.0 as usize]
    }

    /// Every storage that was mentioned.
    pub(super) fn storages(&self) -> impl Iterator<Item = &Storage<'a>> {
        self.values.iter().filter_map(|value| match value {
            Value::Storage(storage) => Some(storage),
            _ => None,
        })
    }

    /// One instruction; the result's id at the end.
    fn step(&mut self, op: Op<'a>) -> Result<Option<Id>, Refusal> {
        match op {
            Op::Skip => {}
            Op::Stop => return self.pop().map(Some),
            Op::Push(value) => self.push(value)?,
            Op::Global { module, name } => self.push(global(module, name)?)?,
            Op::StackGlobal => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (Value::Text(module), Value::Text(name)) = (self.value(module), self.value(name)) else {
                    return Err("a global whose name is no text".into());
                };
                let known = global(module, name)?;
                self.push(known)?;
            }
            Op::Mark => self.marks.push(self.stack.len()),
            Op::Put(index) => {
                let top = self.top()?;
                self.memo.insert(index, top);
            }
            Op::Memoize => {
                let (index, top) = (self.memo.len() as u32, self.top()?);
                self.memo.insert(index, top);
            }
            Op::Get(index) => {
                let id = *self.memo.get(&index).ok_or_else(|| format!("nothing was kept as {index}"))?;
                self.stack.push(id);
            }
            Op::Pop => drop(self.pop()?),
            Op::Tuple(count) => {
                let items = self.popped(count)?;
                self.push(Value::Tuple(items))?;
            }
            Op::MarkedTuple => {
                let items = self.marked()?;
                self.push(Value::Tuple(items))?;
            }
            Op::Append => {
                let items = self.popped(1)?;
                self.extend(items)?;
            }
            Op::Appends => {
                let items = self.marked()?;
                self.extend(items)?;
            }
            Op::SetItem => {
                let items = self.popped(2)?;
                self.set(&items)?;
            }
            Op::SetItems => {
                let items = self.marked()?;
                self.set(&items)?;
            }
            Op::MarkedDict => {
                let items = self.marked()?;
                self.push(Value::Dict(Vec::new()))?;
                self.set(&items)?;
            }
            Op::Call => {
                let (args, callable) = (self.pop()?, self.pop()?);
                let made = self.call(callable, args)?;
                self.stack.push(made);
            }
            // State that is set on an object: an OrderedDict's `_metadata`, which are no weights.
            Op::Build => {
                self.pop()?;
                self.top()?;
            }
            Op::Persistent => {
                let id = self.pop()?;
                let storage = self.storage(id)?;
                self.push(Value::Storage(storage))?;
            }
        }
        Ok(None)
    }

    /// What "calling" one of the known names makes.
    fn call(&mut self, callable: Id, args: Id) -> Result<Id, Refusal> {
        let (Value::Known(known), Value::Tuple(args)) = (self.value(callable), self.value(args)) else {
            return Err("a call of something that can't be called".into());
        };
        // Tuples are shared, so what is copied here must be short.
        let (known, args) = (*known, args.iter().copied().take(MOST_ARGUMENTS).collect::<Vec<Id>>());
        match (known, args.as_slice()) {
            (Known::Tensor, [storage, offset, shape, strides, ..]) => {
                let Value::Storage(storage) = self.value(*storage) else {
                    return Err("a tensor without a storage".into());
                };
                let tensor = TensorRef {
                    storage: *storage,
                    offset: self.count(*offset)?,
                    shape: self.counts(*shape)?,
                    strides: self.counts(*strides)?,
                };
                self.make(Value::Tensor(Box::new(tensor)))
            }
            (Known::Parameter, [data, ..]) => Ok(*data),
            // A tensor subclass: the function, its type, the function's arguments, the object's state.
            (Known::FromType, [function, _, args, ..]) if *function != callable => {
                match self.value(*function) {
                    Value::Known(Known::Tensor | Known::Parameter) => self.call(*function, *args),
                    _ => Err("a tensor subclass that is made in an unknown way".into()),
                }
            }
            (Known::OrderedDict, []) => self.make(Value::Dict(Vec::new())),
            // As Python 2 wrote it: a list of pairs. It is taken, not copied: it is never used twice.
            (Known::OrderedDict, [pairs]) => {
                let Value::List(pairs) = &mut self.values[pairs.0 as usize] else {
                    return Err("an OrderedDict of something that is no list".into());
                };
                let pairs = std::mem::take(pairs);
                let pair = |id: &Id| match self.value(*id) {
                    Value::List(pair) | Value::Tuple(pair) if pair.len() == 2 => Ok((pair[0], pair[1])),
                    _ => Err("an OrderedDict of something that is no pair"),
                };
                let pairs = pairs.iter().map(pair).collect::<Result<_, _>>()?;
                self.make(Value::Dict(pairs))
            }
            (Known::Inert, _) => self.make(Value::Other),
            _ => Err(format!("{known:?} with {} arguments", args.len()).into()),
        }
    }

    /// `('storage', type, key, device, numbers)`, and in old files a last item that says which part of it is meant.
    fn storage(&self, id: Id) -> Result<Storage<'a>, Refusal> {
        let Value::Tuple(items) = self.value(id) else {
            return Err("a reference that is no tuple".into());
        };
        let [word, kind, key, _device, numbers, part @ ..] = items.as_slice() else {
            return Err("a storage that lacks parts".into());
        };
        let (Value::Text("storage"), Value::Known(Known::Storage(dtype)), Value::Text(key)) =
            (self.value(*word), self.value(*kind), self.value(*key))
        else {
            return Err("a reference to something that is no storage".into());
        };
        let whole = Storage { dtype: *dtype, key, first: 0, numbers: self.count(*numbers)? };
        match part {
            [] => Ok(whole),
            [part] => match self.value(*part) {
                Value::Other => Ok(whole),
                Value::Tuple(view) if view.len() == 3 => {
                    Ok(Storage { first: self.count(view[1])?, numbers: self.count(view[2])?, ..whole })
                }
                _ => Err("a part of a storage that is no view".into()),
            },
            _ => Err("a storage with too many parts".into()),
        }
    }

    fn count(&self, id: Id) -> Result<u64, Refusal> {
        match self.value(id) {
            Value::Int(n) => u64::try_from(*n).map_err(|_| format!("{n}, expected a count").into()),
            _ => Err("something else, expected a count".into()),
        }
    }

    fn counts(&self, id: Id) -> Result<Vec<u64>, Refusal> {
        match self.value(id) {
            Value::Tuple(items) | Value::List(items) if items.len() <= MOST_DIMENSIONS => {
                items.iter().map(|id| self.count(*id)).collect()
            }
            _ => Err("something else, expected a list of counts".into()),
        }
    }

    fn make(&mut self, value: Value<'a>) -> Result<Id, Refusal> {
        if self.values.len() >= MOST_VALUES {
            return Err(format!("more than {MOST_VALUES} values").into());
        }
        self.values.push(value);
        Ok(Id(self.values.len() as u32 - 1))
    }

    fn push(&mut self, value: Value<'a>) -> Result<(), Refusal> {
        let id = self.make(value)?;
        self.stack.push(id);
        Ok(())
    }

    fn pop(&mut self) -> Result<Id, Refusal> {
        self.stack.pop().ok_or_else(|| "it takes from an empty stack".into())
    }

    fn top(&self) -> Result<Id, Refusal> {
        self.stack.last().copied().ok_or_else(|| "it looks at an empty stack".into())
    }

    fn popped(&mut self, count: usize) -> Result<Vec<Id>, Refusal> {
        let at = self.stack.len().checked_sub(count).ok_or("it takes from an empty stack")?;
        Ok(self.stack.split_off(at))
    }

    fn marked(&mut self) -> Result<Vec<Id>, Refusal> {
        let at = self.marks.pop().filter(|at| *at <= self.stack.len()).ok_or("a mark is missing")?;
        Ok(self.stack.split_off(at))
    }

    fn extend(&mut self, items: Vec<Id>) -> Result<(), Refusal> {
        let top = self.top()?;
        match &mut self.values[top.0 as usize] {
            Value::List(list) => list.extend(items),
            _ => return Err("it appends to something that is no list".into()),
        }
        Ok(())
    }

    fn set(&mut self, items: &[Id]) -> Result<(), Refusal> {
        let top = self.top()?;
        let (pairs, rest) = items.as_chunks::<2>();
        match &mut self.values[top.0 as usize] {
            Value::Dict(dict) if rest.is_empty() => {
                dict.extend(pairs.iter().map(|[key, value]| (*key, *value)))
            }
            _ => return Err("it sets an item of something that is no dict".into()),
        }
        Ok(())
    }
}

fn global<'a>(module: &str, name: &str) -> Result<Value<'a>, Refusal> {
    match Known::of(module, name) {
        Some(known) => Ok(Value::Known(known)),
        None => Err(Refusal::Code(format!("{module}.{name}"))),
    }
}
