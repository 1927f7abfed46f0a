//! The bytes of a pickle as instructions (protocols 2 to 5, and those only that `torch.save` can write).

use super::value::Value;

/// What one instruction does.
#[derive(Debug)]
pub(super) enum Op<'a> {
    Push(Value<'a>),
    Global { module: &'a str, name: &'a str },
    StackGlobal,
    Mark,
    Put(u32),
    Memoize,
    Get(u32),
    Pop,
    Tuple(usize),
    MarkedTuple,
    MarkedDict,
    Append,
    Appends,
    SetItem,
    SetItems,
    Call,
    Build,
    Persistent,
    Skip,
    Stop,
}

/// Reads instructions; never beyond the bytes it was given.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    length: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes, length: bytes.len() }
    }

    pub(super) fn position(&self) -> usize {
        self.length - self.rest.len()
    }

    /// The next instruction; the error says what is wrong with it.
    pub(super) fn next(&mut self) -> Result<Op<'a>, String> {
        let [code] = self.array()?;
        Ok(match code {
            0x80 => self.protocol()?,
            // A frame is a hint for buffering.
            0x95 => self.array::<8>().map(|_| Op::Skip)?,
            b'.' => Op::Stop,
            b'c' => Op::Global { module: self.line()?, name: self.line()? },
            0x93 => Op::StackGlobal,
            b'(' => Op::Mark,
            b'q' => Op::Put(self.array::<1>()?[0].into()),
            b'r' => Op::Put(u32::from_le_bytes(self.array()?)),
            0x94 => Op::Memoize,
            b'h' => Op::Get(self.array::<1>()?[0].into()),
            b'j' => Op::Get(u32::from_le_bytes(self.array()?)),
            b'0' => Op::Pop,
            b')' => Op::Tuple(0),
            0x85 => Op::Tuple(1),
            0x86 => Op::Tuple(2),
            0x87 => Op::Tuple(3),
            b't' => Op::MarkedTuple,
            b'd' => Op::MarkedDict,
            b']' => Op::Push(Value::List(Vec::new())),
            b'}' => Op::Push(Value::Dict(Vec::new())),
            b'a' => Op::Append,
            b'e' => Op::Appends,
            b's' => Op::SetItem,
            b'u' => Op::SetItems,
            b'R' | 0x81 => Op::Call,
            b'b' => Op::Build,
            b'Q' => Op::Persistent,
            b'N' | 0x88 | 0x89 => Op::Push(Value::Other),
            b'G' => self.array::<8>().map(|_| Op::Push(Value::Other))?,
            b'K' => Op::Push(Value::Int(self.array::<1>()?[0].into())),
            b'M' => Op::Push(Value::Int(u16::from_le_bytes(self.array()?).into())),
            b'J' => Op::Push(Value::Int(i32::from_le_bytes(self.array()?).into())),
            0x8a => Op::Push(self.long()?),
            // Text; Python 2's byte strings too, whose names are ASCII.
            b'X' | b'T' => {
                let length = u32::from_le_bytes(self.array()?) as usize;
                Op::Push(self.text(length)?)
            }
            0x8c | b'U' => {
                let [length] = self.array()?;
                Op::Push(self.text(length.into())?)
            }
            other => return Err(format!("the instruction {other:#04x}, which no state dict needs")),
        })
    }

    fn protocol(&mut self) -> Result<Op<'a>, String> {
        match self.array()? {
            [2..=5] => Ok(Op::Skip),
            [other] => Err(format!("pickle protocol {other}, expected 2 to 5")),
        }
    }

    /// A little-endian two's complement number of up to 8 bytes; longer ones (a magic number) mean nothing to us.
    fn long(&mut self) -> Result<Value<'a>, String> {
        let [length] = self.array()?;
        let bytes = self.take(length.into())?;
        if bytes.len() > 8 {
            return Ok(Value::Other);
        }
        let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut all = [if negative { 0xff } else { 0 }; 8];
        all[..bytes.len()].copy_from_slice(bytes);
        Ok(Value::Int(i64::from_le_bytes(all)))
    }

    fn text(&mut self, length: usize) -> Result<Value<'a>, String> {
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map(Value::Text).map_err(|_| "text that is not UTF-8".to_owned())
    }

    fn line(&mut self) -> Result<&'a str, String> {
        let length = self.rest.iter().position(|byte| *byte == b'\n').ok_or("a name that does not end")?;
        let line = self.take(length)?;
        self.take(1)?;
        std::str::from_utf8(line).map_err(|_| "a name that is not UTF-8".to_owned())
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(|| self.cut(length))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or_else(|| self.cut(N))?;
        self.rest = rest;
        Ok(*taken)
    }

    fn cut(&self, needed: usize) -> String {
        format!("{needed} more bytes are needed, {} are left", self.rest.len())
    }
}
