use crate::lint::view::{File, Layout, Out, Scene};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-file-owner",
    area: "resolver",
    severity: Severity::Warning,
    title: "a file of a resolver belongs to another user than its directory",
    explanation: "\
Servers write these files themselves, with mode 0600, as the user that they run as, who mostly owns the directory too. A
file that another user put there, root for one, may not be readable for the server: then it is skipped without a word
when the server starts, and an account that is looked up fails. If the server may read it and not write it, pushing the
account fails.

Give the file to the owner of the directory.",
    citation: "nats-server dirstore.go: load, write",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, _: &Scene<'_>, out: &mut Out<'_>) {
    let Some(stat) = file.stat else { return };
    let Some(directory) = stat.directory_owner.filter(|owner| *owner != stat.owner) else { return };
    if file.layout == Layout::Resolver && file.stem().is_some() && !file.link {
        out.tell(&RULE, || {
            let what = if stat.mode & 0o044 == 0 { "cannot read it" } else { "cannot write it" };
            let message = format!(
                "user {} owns this file and user {directory} the directory: a server that runs as {directory} {what}",
                stat.owner
            );
            Finding::new(&RULE, message, file.place()).help(format!("chown {directory} {}", file.typed()))
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::view::{Content, File, Layout, Out, Scene, Stat};

    #[test]
    fn a_file_of_another_user() {
        let scene = Scene { now: 0, version: crate::server::Version::NEWEST, server: None };
        let mut told = Vec::new();
        for (owner, mode) in [(0, 0o600), (0, 0o644), (1000, 0o600)] {
            let stat = Some(Stat { size: 1, mode, owner, directory_owner: Some(1000) });
            let (layout, content) = (Layout::Resolver, Content::Damaged);
            let file = File { directory: "d", name: "A.jwt", layout, stat, link: false, content, kind: None, key: None };
            super::check(&file, &scene, &mut Out::new(&mut |_, finding| told.push(finding().message)));
        }
        let ends: Vec<_> = told.iter().map(|text| text.rsplit_once(' ').expect("words").0).collect();
        assert_eq!(ends.len(), 2, "{told:?}");
        assert!(ends[0].ends_with("cannot read") && ends[1].ends_with("cannot write"), "{told:?}");
    }
}
