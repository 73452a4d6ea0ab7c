//! A file, line by line, in bounded memory. Knows nothing of what lines say.

use std::io::{self, BufRead, Read};

/// Most bytes of a line: several times what the longest description takes where each of its characters is escaped.
pub(crate) const LINE_BYTES_MAX: usize = 512 * 1024;

/// What stands in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Raw {
    /// Bytes, which are in the buffer; none where the line is empty.
    Line,
    /// More bytes than a line may have.
    TooLong,
    /// There is no other line.
    End,
}

/// Reads the next line into the buffer, without its end; says how many bytes that took from the file.
pub(crate) fn read_line(file: &mut impl BufRead, buffer: &mut Vec<u8>) -> io::Result<(Raw, u64)> {
    buffer.clear();
    let limit = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
    // One more for the end of the line.
    let mut bytes = u64::try_from(file.by_ref().take(limit + 1).read_until(b'\n', buffer)?).unwrap_or(u64::MAX);
    if bytes == 0 {
        return Ok((Raw::End, 0));
    }
    if buffer.last() == Some(&b'\n') {
        buffer.pop();
        if buffer.last() == Some(&b'\r') {
            buffer.pop();
        }
    } else if bytes > limit {
        bytes += skip_line(file)?;
        buffer.clear();
        return Ok((Raw::TooLong, bytes));
    }
    Ok((Raw::Line, bytes))
}

fn skip_line(file: &mut impl BufRead) -> io::Result<u64> {
    let mut skipped = 0;
    loop {
        let there = file.fill_buf()?;
        if there.is_empty() {
            return Ok(skipped);
        }
        let end = there.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(there.len(), |end| end + 1);
        file.consume(taken);
        skipped += u64::try_from(taken).unwrap_or(u64::MAX);
        if end.is_some() {
            return Ok(skipped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_they_do_anywhere_and_long_ones_are_skipped() {
        let long = "x".repeat(LINE_BYTES_MAX);
        let file = format!("one\r\n\n{long}\n{long}y\nlast");
        let mut file = io::BufReader::with_capacity(16, file.as_bytes());
        let mut buffer = Vec::new();
        let mut seen = Vec::new();
        loop {
            let (raw, bytes) = read_line(&mut file, &mut buffer).expect("it can be read");
            if raw == Raw::End {
                break;
            }
            seen.push((raw, bytes, buffer.len()));
        }
        let bytes = |more: usize| u64::try_from(LINE_BYTES_MAX + more).expect("not so many");
        let expected = [
            (Raw::Line, 5, 3),
            (Raw::Line, 1, 0),
            (Raw::Line, bytes(1), LINE_BYTES_MAX),
            (Raw::TooLong, bytes(2), 0),
            (Raw::Line, 4, 4),
        ];
        assert_eq!(seen, expected);
    }
}
