"""The workflows and forms of .github/: what they may do, and that the commands in them do it, run here by hand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import PROJECT, write_pages

FOLDER = PROJECT / ".github/workflows"
FILES = sorted(FOLDER.glob("*.yml"))
WORKFLOWS = {path.stem: yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader) for path in FILES}
JOBS = [(stem, name, job) for stem, workflow in WORKFLOWS.items() for name, job in workflow["jobs"].items()]
STEPS = [(stem, job_name, step) for stem, job_name, job in JOBS for step in job.get("steps", [])]


def step_of(workflow: str, name: str) -> dict[str, Any]:
    return next(step for stem, _, step in STEPS if stem == workflow and step.get("name") == name)


def events(workflow: dict[str, Any]) -> set[str]:
    return {workflow["on"]} if isinstance(workflow["on"], str) else set(workflow["on"])


def test_zizmor_finds_nothing() -> None:
    beside = Path(sys.executable).with_name("zizmor")
    tool = str(beside) if beside.exists() else shutil.which("zizmor")
    assert tool, "zizmor is in tests/requirements.txt: make test installs it"
    command = [tool, "--offline", "--persona=pedantic", "--no-progress", "--format=plain", "."]
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=os.environ | {"NO_COLOR": "1", "CI": ""},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings to report" in done.stdout + done.stderr
    assert "(2 ignored)" in done.stdout + done.stderr  # the two triggers that need a reason; each has one beside it


def test_every_action_is_pinned_by_its_hash_with_its_version_beside() -> None:
    used = re.findall(r"^\s*(?:- )?uses: (.*)$", "\n".join(p.read_text(encoding="utf-8") for p in FILES), re.M)
    assert len(used) > 10
    pins: dict[str, set[str]] = {}
    for line in used:
        if line.startswith("$/"):  # this repository, at the commit that runs
            assert (PROJECT / line.removeprefix("$/")).exists()
            continue
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
        pins.setdefault(line.split("@")[0], set()).add(line.split("@")[1])
    assert {name: pin for name, pin in pins.items() if len(pin) > 1} == {}


@pytest.mark.parametrize("stem", WORKFLOWS)
def test_nothing_is_permitted_but_what_a_job_names(stem: str) -> None:
    workflow = WORKFLOWS[stem]
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert "uses" in job or ("timeout-minutes" in job and job["runs-on"] == "ubuntu-24.04")
    text = (FOLDER / f"{stem}.yml").read_text(encoding="utf-8")
    if "pull_request" in events(workflow):  # it runs a stranger's code
        assert all("permissions" not in job and "environment" not in job for job in workflow["jobs"].values())
        assert "secrets" not in text.replace("no secrets", "")
        assert "github.token" not in text
    for step in [s for w, _, s in STEPS if w == stem and s.get("uses", "").startswith("actions/checkout@")]:
        assert step["with"]["persist-credentials"] == "false"
    for _, _, step in (s for s in STEPS if s[0] == stem):
        assert "${{" not in step.get("run", ""), "values reach a script as variables"


def test_who_runs_with_permissions_runs_nothing_of_the_pull_request() -> None:
    for stem, workflow in WORKFLOWS.items():
        if events(workflow) & {"pull_request_target", "workflow_run"}:
            for job in workflow["jobs"].values():
                for step in job["steps"]:
                    assert "checkout" not in step.get("uses", ""), stem
                    assert not re.search(r"\b(make|pip|python|npm|node|source|eval)\b", step.get("run", "")), stem


def test_publishing_is_for_main_and_comes_after_the_tests() -> None:
    publish = WORKFLOWS["publish"]
    assert publish["on"]["push"] == {"branches": ["main"]}
    assert set(publish["jobs"]["deploy"]["needs"]) == {"test", "build"}
    assert publish["jobs"]["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert WORKFLOWS["preview"]["on"]["workflow_run"]["workflows"] == [WORKFLOWS["test"]["name"]]
    uploads = [s["with"] for _, _, s in STEPS if "upload" in s.get("uses", "")]
    assert {upload["path"] for upload in uploads} == {"site"}


def test_every_command_of_make_exists() -> None:
    known = set(re.search(r"^\.PHONY: (.*)$", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.M)[1].split())
    files = [*FILES, PROJECT / ".ci/run", PROJECT / ".pre-commit-config.yaml"]
    text = "\n".join(
        line for p in files for line in p.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")
    )
    used = set(re.findall(r"\bmake (?:--\w+ )*([a-z]+)\b", text))
    assert {"test", "build", "check"} <= used <= known


def run_step(step: dict[str, Any], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The script of a step as the runner starts it."""
    constants = {k: v for k, v in step.get("env", {}).items() if "${{" not in v}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-c", step["run"]],
        cwd=cwd,
        env=os.environ | constants | environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def fake_gh(folder: Path, files: str = "", labels: str = "", pulls: str = "") -> dict[str, str]:
    """A `gh` that answers from these texts and writes down what it was asked to change."""
    (folder / "bin").mkdir()
    for name, text in (("files", files), ("labels", labels), ("pulls", pulls)):
        (folder / f"answer-{name}").write_text(text, encoding="utf-8")
    script = folder / "bin/gh"
    script.write_text(
        f"""#!/bin/bash
case "$*" in
  *--method*|*statuses*) echo "$*" >> "{folder}/asked" ;;
  *pulls/7/files*) cat "{folder}/answer-files" ;;
  *issues/7/labels*) cat "{folder}/answer-labels" ;;
  "pr list"*) cat "{folder}/answer-pulls" ;;
  "auth setup-git") ;;
  *) exit 4 ;;
esac
""",
        encoding="utf-8",
    )
    script.chmod(0o755)
    (folder / "asked").touch()
    return {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "GITHUB_STEP_SUMMARY": str(folder / "summary")}


TEXT = "docs/zh/topics/ab-testing.md\ndocs/references.yml\ndocs/assets/decay.png\nREADME.md\n"


@pytest.mark.parametrize(
    ("files", "author", "labels", "passes", "marked"),
    [
        (TEXT, "NONE", "", True, False),
        ("mkdocs.yml\n", "NONE", "", False, True),
        (TEXT + "mkdocs.yml\n", "CONTRIBUTOR", "", False, True),
        ("mkdocs.yml\n", "MEMBER", "", True, True),
        ("mkdocs.yml\n", "NONE", "code-reviewed\n", True, True),
        ("mkdocs.yml\n", "NONE", "not-code-reviewed\ncode\n", False, True),
        ("hooks/gate.py\n", "NONE", "", False, True),
        ("overrides/main.html\n", "FIRST_TIME_CONTRIBUTOR", "", False, True),
        (".github/workflows/test.yml\n", "NONE", "", False, True),
        ("requirements.txt\ntests/requirements.txt\n", "NONE", "", False, True),
        ("docs/assets/js/search-on-demand.js\n", "NONE", "", False, True),
        ("docs/assets/x.svg\n", "NONE", "", False, True),  # opened by itself, an SVG runs scripts
        ("docs/zh/mkdocs.yml\n", "NONE", "", False, True),
        ("docs/zh/../../hooks/x.md\n", "NONE", "", False, True),
        ("Makefile\n", "NONE", "", False, True),
    ],
)
def test_the_guard_holds_back_code_of_outsiders(
    files: str, author: str, labels: str, passes: bool, marked: bool, tmp_path: Path
) -> None:
    environment = fake_gh(tmp_path, files=files, labels=labels)
    addresses = {"PULL": "repos/o/r/pulls/7", "LABELS": "repos/o/r/issues/7/labels"}
    step = step_of("guard", "Mark code")
    done = run_step(step, tmp_path, ACTION="opened", CHANGED="1", AUTHOR_IS=author, **addresses, **environment)
    assert done.returncode == (0 if passes else 1), done.stderr
    asked = (tmp_path / "asked").read_text(encoding="utf-8")
    assert ("POST repos/o/r/issues/7/labels" in asked) is marked
    assert ("DELETE repos/o/r/issues/7/labels/code\n" in asked) is not marked
    if not passes:
        assert "code-reviewed" in done.stdout
        assert files.split("\n")[-2] in (tmp_path / "summary").read_text(encoding="utf-8")


def test_a_push_takes_the_label_away_and_too_many_files_are_code(tmp_path: Path) -> None:
    environment = fake_gh(tmp_path, files=TEXT)
    addresses = {"PULL": "repos/o/r/pulls/7", "LABELS": "repos/o/r/issues/7/labels"}
    step = step_of("guard", "Mark code")
    done = run_step(step, tmp_path, ACTION="synchronize", CHANGED="3001", AUTHOR_IS="NONE", **addresses, **environment)
    assert done.returncode == 1
    assert "DELETE repos/o/r/issues/7/labels/code-reviewed" in (tmp_path / "asked").read_text(encoding="utf-8")


def test_code_owners_stand_behind_what_the_guard_calls_code() -> None:
    text = (PROJECT / ".github/CODEOWNERS").read_text(encoding="utf-8")
    paths = re.findall(r"^(?:# )?/(\S+) +@", text, re.M)
    is_text = re.compile(step_of("guard", "Mark code")["env"]["TEXT"])
    assert {"mkdocs.yml", "hooks/", "overrides/", ".github/", "requirements.txt"} <= set(paths)
    for path in paths:
        assert (PROJECT / path).exists(), path
        assert not is_text.search(path), path
    tracked = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, encoding="utf-8", check=False)
    pages = [name for name in tracked.stdout.split() if re.match(r"docs/(zh|en)/.*\.md$", name)]
    assert all(is_text.search(name) for name in pages)


HEAD = "a" * 40


@pytest.fixture
def previews(tmp_path: Path) -> dict[str, str]:
    """A repository of previews with one of an open and one of a closed pull request, in place of the one on GitHub."""
    bare = tmp_path / "there/previews.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(bare)], check=True)
    work = tmp_path / "first"
    subprocess.run(["git", "clone", "--quiet", str(bare), str(work)], check=True, capture_output=True)
    for name in ("pr-3", "pr-5"):
        (work / name).mkdir()
        (work / name / "index.html").write_text("old", encoding="utf-8")
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for command in (["add", "."], ["commit", "-q", "-m", "a"], ["push", "-q", "origin", "HEAD:main"]):
        subprocess.run(["git", *who, *command], cwd=work, check=True, capture_output=True)
    settings = tmp_path / "gitconfig"
    settings.write_text(
        f'[url "{tmp_path}/there/"]\n    insteadOf = https://github.com/elsewhere/\n[commit]\n    gpgsign = false\n',
        encoding="utf-8",
    )
    return {
        **fake_gh(tmp_path, pulls=f"{HEAD} pr-7\n{'b' * 40} pr-3\n"),
        "GIT_CONFIG_GLOBAL": str(settings),
        "GITHUB_REPOSITORY": "owner/guide",
        "GITHUB_REPOSITORY_OWNER": "owner",
        "PREVIEW_REPOSITORY": "elsewhere/previews.git",
        "HEAD": HEAD,
        "FOLDER": "pr-7",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "PREVIEW_URL": "",
    }


def make_site(folder: Path) -> Path:
    site = folder / "site"
    (site / "en").mkdir(parents=True)
    for path in (site / "index.html", site / "en/index.html"):
        path.write_text("<!doctype html>\n<html><head>\n<title>T</title></head></html>\n", encoding="utf-8")
    return site


def test_the_preview_is_published_beside_the_others_and_not_indexed(previews: dict[str, str], tmp_path: Path) -> None:
    make_site(tmp_path)
    done = run_step(step_of("preview", "Which pull request, and which are open"), tmp_path, **previews)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "output").read_text(encoding="utf-8") == "folder=pr-7\n"
    done = run_step(step_of("preview", "Publish on the other origin"), tmp_path, **previews)
    assert done.returncode == 0, done.stderr
    shown = tmp_path / "shown"
    subprocess.run(["git", "clone", "--quiet", str(tmp_path / "there/previews.git"), str(shown)], check=True)
    assert sorted(p.name for p in shown.iterdir() if p.name != ".git") == [".nojekyll", "pr-3", "pr-7"]
    for name in ("index.html", "en/index.html"):
        text = (shown / "pr-7" / name).read_text(encoding="utf-8")
        assert text.count('<head><meta name="robots" content="noindex">') == 1
    done = run_step(step_of("preview", "Show the address at the commit"), tmp_path, **previews)
    assert done.returncode == 0, done.stderr
    asked = (tmp_path / "asked").read_text(encoding="utf-8")
    assert f"repos/owner/guide/statuses/{HEAD}" in asked
    assert "target_url=https://elsewhere.github.io/previews.git/pr-7/" in asked


def test_the_preview_refuses_its_own_origin_and_what_is_no_file(previews: dict[str, str], tmp_path: Path) -> None:
    step = step_of("preview", "Publish on the other origin")
    site = make_site(tmp_path)
    own = previews | {"PREVIEW_REPOSITORY": "owner/previews"}
    assert run_step(step, tmp_path, **own).returncode == 1
    (site / "way-out").symlink_to("/etc/passwd")
    done = run_step(step, tmp_path, **previews)
    assert done.returncode == 1
    assert "something other than plain files" in done.stdout
    (site / "way-out").unlink()
    (site / "en/.git").mkdir()
    assert run_step(step, tmp_path, **previews).returncode == 1
    assert not (tmp_path / "previews").exists()
    (site / "en/.git").rmdir()
    assert run_step(step, tmp_path, **previews).returncode == 0


def test_without_an_open_pull_request_nothing_is_previewed(previews: dict[str, str], tmp_path: Path) -> None:
    step = step_of("preview", "Which pull request, and which are open")
    assert run_step(step, tmp_path, **(previews | {"HEAD": "c" * 40})).returncode != 0


def test_the_gate_of_the_base_branch_judges_the_pull_request(small_guide: Path, tmp_path: Path) -> None:
    """With hooks of the pull request that find nothing, the findings are there all the same; so are new domains."""
    work = tmp_path / "work"
    work.mkdir()
    shutil.copytree(small_guide, work / "head")
    small_guide.rename(work / "base")
    new = "[a](https://new.example.com/x`y) [b](https://docs.python.org/3/) [@nobody]\n"
    write_pages(work / "base", "[b](https://www.python.org/)\n", "[b](https://www.python.org/)\n")
    write_pages(work / "head", new, new)
    (work / "head/hooks/guide/check.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
    path = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "GITHUB_STEP_SUMMARY": str(work / "summary")}
    done = run_step(step_of("test", "New outside domains"), work, **path)
    assert done.returncode == 0, done.stderr
    assert (work / "summary").read_text(encoding="utf-8") == (
        "### 新的外部域名 / New outside domains: 2\n\n"
        "- `docs.python.org` `docs/en/index.md:9` (+1): `https://docs.python.org/3/`\n"
        "- **!** `new.example.com` `docs/en/index.md:9` (+1): `https://new.example.com/x%60y`\n\n"
        "**!** 连注册域名也是新的 / the registered domain is new as well\n"
    )
    done = run_step(step_of("test", "Findings on the diff"), work, **path)
    assert done.returncode == 1
    assert "::error file=docs/en/index.md,line=9,col=67,title=citation-unknown::" in done.stdout
    write_pages(work / "head", "好。\n", "Fine.\n")
    done = run_step(step_of("test", "Findings on the diff"), work, **path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_forms_are_in_both_languages() -> None:
    forms = sorted((PROJECT / ".github/ISSUE_TEMPLATE").glob("*.yml"))
    assert [form.stem for form in forms] == ["config", "dead-link", "mistake", "new-page"]
    for form in forms[1:]:
        data = yaml.safe_load(form.read_text(encoding="utf-8"))
        assert set(data) == {"name", "description", "labels", "body"}
        fields = data["body"]
        assert len({field["id"] for field in fields}) == len(fields)
        texts = [data["name"], data["description"], *(field["attributes"]["label"] for field in fields)]
        for text in texts:
            assert re.search(r"[\u4e00-\u9fff].* / .*[A-Za-z]", text), text
    boxes = re.findall(r"^- \[ \] (.*)$", (PROJECT / ".github/pull_request_template.md").read_text("utf-8"), re.M)
    assert len(boxes) == 4
    assert all(" / " in box for box in boxes)


def test_dependabot_watches_the_actions_and_both_requirements() -> None:
    data = yaml.safe_load((PROJECT / ".github/dependabot.yml").read_text(encoding="utf-8"))
    watched = {u["package-ecosystem"]: u.get("directories") or [u["directory"]] for u in data["updates"]}
    assert watched == {"github-actions": ["/"], "pip": ["/", "/tests"]}
    for folder in watched["pip"]:
        assert (PROJECT / folder.lstrip("/") / "requirements.in").exists()
    assert all(u["cooldown"]["default-days"] >= 7 and u["groups"] for u in data["updates"])


def test_pre_commit_runs_the_gate_on_what_changed(tmp_path: Path) -> None:
    hook = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"][0]
    make = tmp_path / "make"
    make.write_text('#!/bin/sh\nprintf "<%s>" "$@"\n', encoding="utf-8")
    make.chmod(0o755)
    done = subprocess.run(
        ["sh", "-c", f"{hook['entry']} docs/zh/a.md docs/en/a.md"],
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == "<--silent><check><CHANGED=docs/zh/a.md docs/en/a.md>"
    names = ["docs/zh/topics/x.md", "docs/references.yml", "hooks/gate.py", "docs/assets/x.png"]
    assert [bool(re.search(hook["files"], name)) for name in names] == [True, True, False, False]


def test_the_lock_holds_all_that_is_asked_for_with_a_reason() -> None:
    for folder in (PROJECT, PROJECT / "tests"):
        lock = (folder / "requirements.txt").read_text(encoding="utf-8").lower()
        for line in (folder / "requirements.in").read_text(encoding="utf-8").splitlines():
            name = re.match(r"[A-Za-z][\w.-]*", line)
            if name:
                assert re.search(rf"^{name[0].lower()}==", lock, re.M), line
                assert "#" in line, f"no reason: {line}"
        assert "://" not in re.sub(r"#.*", "", lock)


def test_the_citation_names_the_guide_and_nobody_else() -> None:
    data = yaml.safe_load((PROJECT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "type", "authors", "license"} <= set(data)
    assert [set(author) for author in data["authors"]] == [{"name"}]  # an entity, not a person
