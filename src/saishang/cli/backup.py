"""Commands `saishang backup` and `saishang restore`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from saishang.cli.console import JsonOption, actor_name, console, emit_json, errors, print_table
from saishang.config import Config, load_config
from saishang.errors import CheckFailed, SaishangError

if TYPE_CHECKING:
    from saishang.backup.manifest import Manifest
    from saishang.backup.restoring import Restored

__all__ = ["register"]

_STEPS = {
    "tables": "逐表计数 · telling the tables",
    "dump": "导出数据库 · dumping the database",
    "copy": "复制文件 · copying files",
    "finish": "写入清单 · writing the list",
    "verify": "逐一核对 · reading every part",
    "read": "核对并展开 · reading and checking",
    "load": "载入数据库 · loading the database",
    "place": "文件就位 · putting files in their place",
    "compare": "与清单比较 · comparing with the list",
}
PassphraseOption = Annotated[
    bool, typer.Option("--passphrase", help="在终端输入口令，用于加密或解密 · ask for the passphrase that seals it.")
]
PassphraseFileOption = Annotated[
    Path | None, typer.Option(help="口令所在文件（第一行）· file whose first line is the passphrase.")
]


def _passphrase(ask: bool, file: Path | None, *, new: bool) -> str | None:
    if file is not None:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SaishangError(
                f"the passphrase cannot be read: {getattr(error, 'strerror', None) or error}",
                fix="name a text file whose first line is the passphrase", where=str(file), code="passphrase",
            ) from error  # fmt: skip
        if not lines or not lines[0].strip():
            raise SaishangError(
                "expected a passphrase in the first line, found none", fix="write it there", where=str(file),
                code="passphrase",
            )  # fmt: skip
        return lines[0].strip()
    if not ask:
        return None
    if not sys.stdin.isatty():
        raise SaishangError(
            "expected a terminal to ask for the passphrase", fix="use --passphrase-file FILE", where="--passphrase",
            code="passphrase",
        )  # fmt: skip
    return str(typer.prompt("口令 passphrase", hide_input=True, confirmation_prompt=new, err=True))


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True, disable=quiet, console=console) as bar:
        task = bar.add_task("…", total=None)

        def told(step: str, done: int, total: int) -> None:
            word, _, name = step.partition(" ")
            text = f"{_STEPS.get(word, word)} {name}".rstrip()
            bar.update(task, description=text, completed=done, total=total or None)

        yield told


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def _told(manifest: Manifest) -> list[tuple[str, object]]:
    rows = sum(state.rows for state in manifest.tables.values())
    return [
        ("时间 · made", manifest.made_at),
        ("程序 · code", manifest.code),
        ("数据库 · database", f"PostgreSQL {manifest.server}，{len(manifest.tables)} 表 tables，{rows} 行 rows"),
        ("操作日志 · log", f"{manifest.log_entries} 条 entries，{manifest.log_hash[:16] or '—'}…"),
        ("观测数据 · lake", "—" if manifest.lake_version is None else f"版本 version {manifest.lake_version}"),
        ("文件 · parts", f"{len(manifest.parts)}，{_megabytes(manifest.size)}"),
    ]


def _summary(manifest: Manifest) -> dict[str, Any]:
    return {
        "name": manifest.name, "made_at": manifest.made_at, "code": manifest.code, "server": manifest.server,
        "log": {"entries": manifest.log_entries, "sequence": manifest.log_sequence, "hash": manifest.log_hash},
        "lake_version": manifest.lake_version, "parts": len(manifest.parts), "bytes": manifest.size,
        "tables": {name: state.rows for name, state in manifest.tables.items()}, "faults": manifest.faults,
    }  # fmt: skip


def _say_faults(title: str, faults: list[str]) -> None:
    for fault in faults[:20]:
        errors.print(f"! {title}: {fault}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    if len(faults) > 20:
        errors.print(f"… {len(faults)}", highlight=False)


def register(app: typer.Typer) -> None:
    """Add `backup` and `restore`."""

    @app.command()
    def backup(
        target: Annotated[Path, typer.Argument(help="文件夹（可保留多份）或 .saishang 文件 · a folder, or a file.")],
        keep: Annotated[
            int | None, typer.Option(min=1, help="文件夹中只保留最新几份 · keep only so many in the folder.")
        ] = None,
        verify: Annotated[
            bool, typer.Option("--verify", help="只核对已有备份 · check a backup that is there, make none.")
        ] = False,
        passphrase: PassphraseOption = False,
        passphrase_file: PassphraseFileOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """备份全部数据；门户可照常使用 · back up everything while the portal is in use; --verify checks a backup."""
        if verify:
            _verify(target, _passphrase(passphrase, passphrase_file, new=False), as_json)
        else:
            word = _passphrase(passphrase, passphrase_file, new=not target.is_dir())
            _backup(load_config(), target, word, keep, as_json)

    @app.command()
    def restore(
        source: Annotated[
            Path, typer.Argument(help="备份文件、文件夹（取最新一份）或其中一份 · file, folder, or one of it.")
        ],
        over_unused: Annotated[
            bool,
            typer.Option("--over-unused", help="目标已建好但从未使用时也恢复 · also where a portal was never used."),
        ] = False,
        again: Annotated[
            bool, typer.Option("--again", help="接着完成中断的恢复 · after a restore that was interrupted.")
        ] = False,
        passphrase: PassphraseOption = False,
        passphrase_file: PassphraseFileOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """把备份恢复到空的位置，并核查 · restore a backup into an empty place and audit it."""
        from saishang.backup.restoring import restore as restore_backup

        config = load_config()
        word = _passphrase(passphrase, passphrase_file, new=False)
        with _progress(as_json) as told:
            found = restore_backup(config, source, passphrase=word, over_unused=over_unused, again=again, progress=told)
        _finish_restore(config, found, as_json)


def _backup(config: Config, target: Path, word: str | None, keep: int | None, as_json: bool) -> None:
    from saishang.backup.making import backup as make_backup
    from saishang.web.secret import secret_key

    with _progress(as_json) as told:
        made = make_backup(config, target, secret=secret_key(config), passphrase=word, keep=keep, progress=told)
    if as_json:
        emit_json({
            "place": made.place, "sealed": word is not None, "new_bytes": made.new, "removed": made.removed,
            "seconds": round(made.seconds, 1), **_summary(made.manifest),
        })  # fmt: skip
    else:
        rows = [("位置 · place", made.place), *_told(made.manifest),
                ("新写入 · new", f"{_megabytes(made.new)}，{made.seconds:.1f} s"),
                ("已删旧备份 · removed", ", ".join(made.removed) or None)]  # fmt: skip
        print_table("备份完成 · backup made", ["项目 · item", "结果 · found"], rows)
        if word is None:
            console.print(
                "未加密，内有密钥与个人信息，请按机密保管 · not sealed: keep it confidential, the key is in it",
                highlight=False,
            )
    if made.manifest.faults:
        _say_faults("站点已有的问题 · wrong in the site itself", made.manifest.faults)
        raise CheckFailed(
            f"the backup is whole, but {len(made.manifest.faults)} things were missing or damaged in the site itself",
            fix="run `saishang ingest check` and `saishang audit verify`; restore what is gone from an older backup",
            where=str(made.place),
        )


def _verify(target: Path, word: str | None, as_json: bool) -> None:
    from saishang.backup.reading import verify

    with _progress(as_json) as told:
        found = verify(target, passphrase=word, progress=told)
    if as_json:
        emit_json({"ok": not found.faults, "place": found.place, "damaged": found.faults, **_summary(found.manifest)})
    else:
        result = "✓" if not found.faults else f"{len(found.faults)} 处损坏 damaged"
        rows = [("位置 · place", found.place), *_told(found.manifest), ("核对 · check", result)]
        print_table("备份 · backup", ["项目 · item", "结果 · found"], rows)
        _say_faults("备份时站点已有的问题 · wrong in the site when it was made", found.manifest.faults)
    if found.faults:
        _say_faults("损坏 · damaged", list(found.faults))
        raise CheckFailed(
            f"{len(found.faults)} of {len(found.manifest.parts)} parts are damaged, the first: {found.faults[0]}",
            fix="use another backup, and make a new one now; the disk or the copy may be failing",
            where=str(found.place),
        )


def _finish_restore(config: Config, found: Restored, as_json: bool) -> None:
    """Bring the tables to this code's state, settle what was under way, hold everything against its seals, log it."""
    from saishang.cli.replay import seal_faults
    from saishang.web.boot import setup_django

    setup_django()
    from saishang.apps.core.actions import record
    from saishang.lake import Lake
    from saishang.lake.audit import audit

    checked, broken = seal_faults(config)
    lake = Lake.open(config)
    settled = lake.reconcile()
    faults = [*found.differences]
    faults += [f"{kind} {name}: {what}" for kind, name, what in broken]
    faults += [f"{one.what}: {one.detail}" for one in audit(lake) if one.faults]
    manifest = found.manifest
    told = {"made_at": manifest.made_at, "log": manifest.log_hash, "faults": len(faults)}
    record(actor_name("restore"), "core.restore", ("backup", manifest.name), None, told)
    rows = sum(state.rows for state in manifest.tables.values())
    if as_json:
        emit_json({
            "ok": not faults, "place": found.place, "faults": faults, "checked": checked, "settled": settled,
            "rules": found.rules, **{k: v for k, v in _summary(manifest).items() if k != "faults"},
        })  # fmt: skip
    else:
        print_table("恢复完成 · restored", ["项目 · item", "结果 · found"], [
            ("来源 · from", found.place), *_told(manifest),
            ("逐表比较 · tables compared", f"{len(manifest.tables)}，{rows} 行 rows"),
            ("核查 · audited", f"日志 log {checked['log']}，运行 runs {checked['runs']}"),
            ("已了结的批次 · batches settled", ", ".join(f"{n} {s}" for n, s in settled.items()) or None),
            ("问题 · faults", len(faults) or "✓"),
        ])  # fmt: skip
        if found.rules is not None:
            console.print(
                f"站点自己的规则在 {found.rules}，没有设置 SAISHANG_RULES 时即用它 · the site's own rules are there, "
                "in force while SAISHANG_RULES is not set",
                soft_wrap=True,
            )
    if faults:
        _say_faults("问题 · fault", faults)
        raise CheckFailed(
            f"{len(faults)} things of the restored site are not what they should be, the first: {faults[0]}",
            fix="compare with what `saishang backup --verify` says was wrong when the backup was made",
            where=str(config.var),
        )
