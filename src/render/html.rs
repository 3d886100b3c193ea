//! One self-contained page: the expiry timeline, the graph of imports, the findings in a table to filter.

use std::io::{self, Write};

use crate::audit::Report;

/// The page; its script reads the report from the place of `@DATA@`.
const PAGE: &str = include_str!("report.html");

/// Writes the page. The report stands in it as JSON in which `<` is written `\u003c`, so that no name out of a token
/// can end the element that holds it; the script puts text into the page as text alone.
pub fn html(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let (head, tail) = PAGE.split_once("@DATA@").expect("the page has a place for its data");
    out.write_all(head.as_bytes())?;
    super::report::json(report, &mut Escaped(out))?;
    out.write_all(tail.as_bytes())
}

/// Writes `<` as `\u003c`, which in JSON can only stand inside strings.
struct Escaped<'a>(&'a mut dyn Write);

impl Write for Escaped<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for (i, part) in bytes.split(|&byte| byte == b'<').enumerate() {
            if i > 0 {
                self.0.write_all(b"\\u003c")?;
            }
            self.0.write_all(part)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
