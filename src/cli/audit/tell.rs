//! How is an audit told? Written as it is made, never held as one text: there can be very many findings.

use std::io::{self, BufWriter, Write};
use std::sync::Mutex;

use jwtfix::audit::Report;
use jwtfix::lint::Finding;
use jwtfix::render::{self, text};

use super::{Args, Drawn, Ends, Failure, Format, Terminal};

/// A line of JSON for each finding, as soon as it is found; from any thread.
#[derive(Default)]
pub(super) struct Lines(Mutex<Written>);

struct Written {
    out: BufWriter<io::Stdout>,
    error: Option<io::Error>,
}

impl Default for Written {
    fn default() -> Self {
        Written { out: BufWriter::new(io::stdout()), error: None }
    }
}

impl Lines {
    pub(super) fn tell(&self, finding: &Finding) {
        let mut written = self.0.lock().expect("nobody panics");
        if written.error.is_none() {
            written.error = render::json_line(finding, &mut written.out).err();
        }
    }

    pub(super) fn finish(self) -> Result<(), Failure> {
        let mut written = self.0.into_inner().expect("nobody panics");
        match written.error {
            Some(error) => Err(error.into()),
            None => Ok(written.out.flush()?),
        }
    }
}

/// Tells the report in the form that was asked for.
pub(super) fn tell(report: &Report, args: &Args, terminal: &mut Terminal) -> Result<(), Failure> {
    let (style, now) = (terminal.style, terminal.now);
    let people = match (args.expirations, args.graph) {
        (Some(ends), _) => ends == Ends::Text,
        (None, Some(_)) => false,
        (None, None) => matches!(args.format, Format::Human | Format::Brief),
    };
    let out: &mut dyn Write = if people { &mut terminal.for_people() } else { terminal.for_machines() };
    match (args.expirations, args.graph, args.format) {
        (Some(Ends::Text), ..) => ends(report, now, out),
        (Some(Ends::Json), ..) => render::expirations(report, out),
        (Some(Ends::Prometheus), ..) => render::prometheus(report, out),
        (None, Some(Drawn::Dot), _) => render::dot(&report.graph, out),
        (None, Some(Drawn::Mermaid), _) => render::mermaid(&report.graph, out),
        (None, None, Format::Human) => render::report_human(report, style, &|_, _| None, out),
        (None, None, Format::Brief) => render::report_brief(report, style, &|_, _| None, out),
        (None, None, Format::Json) => render::report_json(report, out),
        // Told as they were found.
        (None, None, Format::Jsonl) => Ok(()),
        (None, None, Format::Sarif) => render::sarif(report, out),
        (None, None, Format::Github) => render::github(report, out),
        (None, None, Format::Junit) => render::junit(report, out),
        (None, None, Format::Html) => render::html(report, out),
    }?;
    Ok(out.flush()?)
}

/// Files that could not be read and are told one by one.
const UNREAD: usize = 20;

/// What is no finding, on standard error: files that could not be read, ignores that cover nothing.
pub(super) fn beside(report: &Report, args: &Args, terminal: &mut Terminal) {
    let human = args.format == Format::Human && args.expirations.is_none() && args.graph.is_none();
    for ignore in report.stale_ignores.iter().filter(|_| !human) {
        terminal.remark(&format!("the ignore of {ignore} covers nothing any more"));
    }
    for unread in report.unread.iter().take(UNREAD) {
        let failure = Failure::new(unread.error.clone());
        terminal.problem(&unread.hint.iter().fold(failure, |failure, hint| failure.hint(hint.clone())));
    }
    let more = report.unread.total().saturating_sub(UNREAD as u64);
    if more > 0 {
        let more = usize::try_from(more).unwrap_or(usize::MAX);
        let hint = match report.unread.more() {
            0 => "`--format json` lists every one of them",
            _ => "`--format json` lists the first ten thousand",
        };
        let failure = Failure::new(format!("{} more were not read", text::count(more, "file")));
        terminal.problem(&failure.hint(hint));
    }
}

/// A line for each credential that ends, the soonest first.
fn ends(report: &Report, now: i64, out: &mut dyn Write) -> io::Result<()> {
    let number = |count: u64| text::grouped(i64::try_from(count).unwrap_or(i64::MAX));
    for ending in &report.expirations {
        let when = ending.expires.map_or_else(|| "never".to_owned(), |at| text::time(at, now));
        writeln!(out, "{when:48} {:9} {} {}", ending.kind, text::name(&ending.name), text::escape(&ending.file))?;
    }
    if report.later > 0 {
        writeln!(out, "and {} later", number(report.later))?;
    }
    writeln!(out, "{} never end", number(report.endless))
}
