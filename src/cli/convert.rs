//! `jwtfix convert`: what does a server read in the place of a configuration in the guides' form?

use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jwtfix::disk::{self, Seen};
use jwtfix::file::lookup::{self, Lookup};
use jwtfix::lint::connect::{Stored, guide};
use jwtfix::lint::{Finding, Severity};
use jwtfix::repair::convert::{Around, Found, resolver, users};
use jwtfix::token::{self, Claims};

use super::gather::LARGEST;
use super::{Exit, Failure, Terminal};

/// Write what nats-server reads in the place of a configuration in a form that circulates in guides
///
/// `{"jwt": {"lookup": "/path/{{ACCOUNT}}.jwt", …}}` and `accounts` with `name` and `password` are read by no
/// nats-server. The tokens that the form leads to are looked at, what is wrong with them is told on standard error, and
/// the equivalent configuration goes to standard output. Passwords are written into a file alone.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  jwtfix convert guide.json\n  jwtfix convert guide.json --operator acme.jwt -o nats.conf")]
pub(super) struct Args {
    /// The configuration in the guides' form
    #[arg(value_name = "CONF")]
    conf: PathBuf,
    /// The operator's token, which the form has the key of alone
    #[arg(long, value_name = "FILE")]
    operator: Option<PathBuf>,
    /// Write it into this new file, not to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Files that are looked at below the form's path.
const MOST: usize = 100_000;

pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let bytes = read(&args.conf)?;
    let logins = lookup::logins(&bytes);
    let (text, findings) = match lookup::read(&bytes) {
        Some(form) => {
            if !logins.is_empty() {
                terminal.remark(
                    "with an operator every user has a JWT: the names and passwords of the accounts are left out",
                );
            }
            converted(&form, &args, terminal)?
        }
        None if logins.is_empty() => {
            return Err(Failure::new(format!("{}: this is not the guides' form", args.conf.display())).hint(
                "`jwtfix check --server FILE` says what a server does with a configuration in its own form",
            ));
        }
        None => (users(&logins, args.output.is_some()), Vec::new()),
    };
    for finding in &findings {
        let place = finding.places.first().map_or("", |place| &place.file);
        let (severity, code) = (finding.severity.word(), finding.code());
        terminal.remark(&format!("{severity}[{code}]: {place}: {}", finding.message));
        finding.help.iter().for_each(|help| terminal.remark(&format!("help: {help}")));
    }
    match &args.output {
        Some(path) => {
            write(path, &text)?;
            terminal.remark(&format!("written: {}", path.display()));
        }
        None => {
            if !logins.is_empty() {
                terminal.remark("passwords are not shown: -o FILE writes them");
            }
            terminal.write(&text)?;
        }
    }
    // That no server reads the form is why this was called.
    let wrong = |finding: &Finding| finding.severity == Severity::Error && finding.code() != "config-refused";
    Ok(if findings.iter().any(wrong) { Exit::Findings } else { Exit::Clean })
}

fn converted(form: &Lookup, args: &Args, terminal: &mut Terminal) -> Result<(String, Vec<Finding>), Failure> {
    let base = args.conf.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut around = Around::default();
    let key = form.operator_key.as_ref().map(|setting| setting.text.as_str()).unwrap_or_default();
    let mut operator: Option<Claims> = None;
    if let Some(path) = &args.operator {
        let claims = token::decode(&read(path)?).ok().filter(|claims| claims.operator().is_some());
        let Some(claims) = claims.filter(|claims| key.is_empty() || claims.data.sub == key) else {
            return Err(Failure::new(format!("{}: this is not the token of operator {key}", path.display()))
                .hint("the form's keys.operator says which operator is meant"));
        };
        around.operator = Some(absolute(path));
        operator = Some(claims);
    }
    let sys = form.system_key.as_ref().map(|setting| setting.text.clone()).unwrap_or_default();
    let sys_path = form.sys.as_ref().map(|setting| base.join(&setting.text));
    if let Some(path) = &sys_path {
        match read(path) {
            Ok(bytes) => around.sys = Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(failure) => terminal.problem(&failure),
        }
    }
    for path in below(form, base) {
        let shown = path.to_string_lossy();
        let relative = path.strip_prefix(base).map_or(shown.clone(), Path::to_string_lossy);
        let named = form.account(&relative).or_else(|| form.account(&shown)).map(str::to_owned);
        let Ok(bytes) = read(&path) else { continue };
        let claims = token::decode(&bytes).ok();
        if operator.is_none()
            && let Some(claims) = claims.as_ref().filter(|claims| claims.operator().is_some())
            && claims.data.sub == key
        {
            around.operator = Some(absolute(&path));
            operator = Some(claims.clone());
        } else if let Some(account) = named
            && claims.as_ref().is_none_or(|claims| claims.operator().is_none())
            && sys_path.as_ref() != Some(&path)
        {
            let token = String::from_utf8_lossy(&bytes).into_owned();
            around.accounts.push(Found { account, path: shown.into_owned(), token });
        }
    }
    around.accounts.sort_by(|a, b| a.account.cmp(&b.account));
    let shown_sys = sys_path.map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    let own = around.sys.as_ref().map(|text| Stored { path: &shown_sys, account: &sys, text: text.as_bytes() });
    let stored: Vec<Stored<'_>> = around
        .accounts
        .iter()
        .map(|found| Stored { path: &found.path, account: &found.account, text: found.token.as_bytes() })
        .chain(own)
        .collect();
    let findings = guide(form, &args.conf.to_string_lossy(), operator.as_ref(), &stored);
    // A server takes no preload that does not decode.
    around.accounts.retain(|found| {
        token::decode(found.token.as_bytes()).is_ok_and(|claims| claims.account().is_some())
    });
    Ok((resolver(form, &around), findings))
}

/// The files below the directory that the form's path begins with.
fn below(form: &Lookup, base: &Path) -> Vec<PathBuf> {
    let Some(setting) = &form.lookup else { return Vec::new() };
    let front = setting.text.split("{{").next().unwrap_or_default();
    let directory = base.join(front.rsplit_once('/').map_or(".", |(directory, _)| if directory.is_empty() { "/" } else { directory }));
    let mut paths = Vec::new();
    let _ = disk::walk(&directory, |seen| {
        if let Seen::File(path) = seen {
            paths.push(path.to_owned());
        }
        if paths.len() < MOST { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    paths
}

fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

fn read(path: &Path) -> Result<zeroize::Zeroizing<Vec<u8>>, Failure> {
    disk::read(path, LARGEST).map_err(|error| Failure::new(error.to_string()).hint(error.hint()))
}

/// A new file that others cannot read: passwords may be in it.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    use std::os::unix::fs::OpenOptionsExt;
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|error| {
        Failure::new(format!("{}: {error}", path.display())).hint("name a file that is not there yet")
    })
}
