//! Inputs made from other inputs, the same ones for the same seed.

/// What numbers, words and marks of these formats are put in the place of others.
const PIECES: &[&[u8]] = &[
    b"\0",
    b"\x1e",
    b"\n",
    b"\r\n\r\n",
    b"\n\n",
    b"%",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\0\0\0\0",
    b"-1",
    b"0",
    b"4294967296",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"9999-12-31T23:59:59",
    b"-9999-01-01T00:00:00",
    b"1e999",
    b"\xc3",
    b"\xe2\x80\xae",
    b"\xef\xbb\xbf",
    b"token=0",
    b"../",
    b"null",
    b"[[[[[[[[",
    b"{\"a\":",
    b"<a>",
    b"&#0;",
    b"=",
    b"\"",
    b"'",
    b";",
    b"$(x)",
];

/// No input is longer.
const LONGEST: usize = 64 << 10;

/// A generator of numbers (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `most`; 0 where that is 0.
    pub fn below(&mut self, most: usize) -> usize {
        let most = u64::try_from(most.max(1)).unwrap_or(1);
        usize::try_from(self.next() % most).unwrap_or_default()
    }
}

/// Returns one of the inputs, changed in a few places.
pub fn mutated(corpus: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = corpus[dice.below(corpus.len())].clone();
    for _ in 0..=dice.below(6) {
        change(&mut bytes, corpus, dice);
    }
    bytes.truncate(LONGEST);
    bytes
}

fn change(bytes: &mut Vec<u8>, corpus: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    let size = 1 + dice.below(16);
    let end = (at + size).min(bytes.len());
    match dice.below(10) {
        0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
        1 if at < bytes.len() => bytes[at] = u8::try_from(dice.below(256)).unwrap_or_default(),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let piece = PIECES[dice.below(PIECES.len())];
            bytes.splice(at..at, piece.iter().copied());
        }
        4 => {
            let piece = PIECES[dice.below(PIECES.len())];
            bytes.splice(at..end, piece.iter().copied());
        }
        5 => bytes.truncate(at),
        6 => {
            let other = &corpus[dice.below(corpus.len())];
            let from = dice.below(other.len() + 1);
            bytes.splice(at.., other[from..].iter().copied());
        }
        7 => digits(bytes, at, dice),
        8 => {
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece.repeat(1 + dice.below(4)));
        }
        // Seldom: it makes the others slow.
        _ if dice.below(40) == 0 => {
            let piece = bytes[at..end].to_vec();
            let times = LONGEST / piece.len().max(1);
            bytes.splice(at..at, piece.repeat(times));
        }
        _ => bytes.insert(at, u8::try_from(dice.below(256)).unwrap_or_default()),
    }
}

/// Puts another number in the place of the next one.
fn digits(bytes: &mut Vec<u8>, at: usize, dice: &mut Dice) {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let Some(begin) = bytes[at..].iter().position(is_digit) else {
        return;
    };
    let begin = at + begin;
    let size = bytes[begin..]
        .iter()
        .take_while(|byte| is_digit(byte))
        .count();
    let number = match dice.below(4) {
        0 => u64::MAX,
        1 => dice.next(),
        2 => i64::MAX.unsigned_abs(),
        _ => u64::try_from(dice.below(100)).unwrap_or_default(),
    };
    bytes.splice(begin..begin + size, number.to_string().into_bytes());
}
