"""Title, chapters, sections and items: the outline of a plan from the marks before its lines.

Chinese drafting knows a fixed order of marks (GB/T 9704-2012, 7.3.3: 一、 （一） 1. （1）); statutes and long plans put
编, 章, 节 and 条 above them. A document uses some of these ranks; the highest is the chapter, the lowest the item.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from saishang.apps.plan.importer.blocks import Block
from saishang.apps.plan.importer.text import bracket_pairs, clean, normalise, split_sentences

__all__ = ["Heading", "Node", "Outline", "before_box", "build_outline", "heading_of", "role_of_title", "split_heading"]

_CN = "一二三四五六七八九十百零〇"
#: Marks in order of rank; the groups are the number and the rest of the line.
_MARKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (0, re.compile(rf"^第([{_CN}\d]+)(?:编|篇|部分)(?:[\s:：、]+|(?=\S))(.*)$", re.DOTALL)),
    (1, re.compile(rf"^第([{_CN}\d]+)章(?:[\s:：、]+|(?=\S))(.*)$", re.DOTALL)),
    (2, re.compile(rf"^第([{_CN}\d]+)节(?:[\s:：、]+|(?=\S))(.*)$", re.DOTALL)),
    (3, re.compile(rf"^([{_CN}]{{1,4}})[、．.](?!\d)\s*(.*)$", re.DOTALL)),
    (4, re.compile(rf"^[（(]([{_CN}]{{1,4}})[）)][、.．]?\s*(.*)$", re.DOTALL)),
    (4, re.compile(r"^([㈠-㈩])[、.．]?\s*(.*)$", re.DOTALL)),
    (5, re.compile(rf"^第([{_CN}\d]+)条(?:之[{_CN}])?(?:[\s:：、]+|(?=\S))(.*)$", re.DOTALL)),
    (6, re.compile(r"^(?:任务)?(\d{1,3})(?:[、．]|[.](?!\d)|[.](?=(?:19|20)\d\d年))\s*(.*)$", re.DOTALL)),
    (6, re.compile(rf"^(?:重点|主要|专项)?(?:任务|行动|工程)([{_CN}\d]{{1,3}})[:：、.\s]\s*(.*)$", re.DOTALL)),
    (7, re.compile(r"^[（(]?(\d{1,2})[）)]\s*(.*)$", re.DOTALL)),
    (7, re.compile(r"^([⑴-⒇])[、.．]?\s*(.*)$", re.DOTALL)),
    (8, re.compile(r"^([①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳])\s*(.*)$", re.DOTALL)),
)
#: From this rank on a mark lists measures inside an item, unless the lines look like items of their own.
_LIST_RANK = 7

_KIND = "方案|计划|规划|意见|行动|办法|纲要|细则|措施|清单|要点|规定|决定|通知|任务书|路线图|条例"
_TITLE_END = re.compile(rf"(?:{_KIND})(?:[（(][^）)]{{2,20}}[）)])*$")
_DRAFT = re.compile(
    r"[（(\[【]?\s*((?:公开)?(?:征求意见稿|征求意见|送审稿|草案|讨论稿|审议稿|报批稿|试行|修订稿|初稿|第[一二三]稿|稿))\s*[）)\]】]?$"
)
_ISSUED = re.compile(r"印发.*的通知$|发布.*的(?:公告|通知)$")
_DOCUMENT_NUMBER = re.compile(r"^\S{1,20}[〔\[（(【]\s*(?:19|20)\d\d\s*[〕\]）)】]\s*\d+\s*号$")
_DATE_LINE = re.compile(r"^(?:(?:19|20)\d\d|二[〇○零]\S\S)年\S{1,3}月\S{1,4}日(?:印发)?$")
_HEADING_MAX = 44
_NAMED_MARK = re.compile(rf"^(?:重点|主要|专项)?(?:任务|行动|工程)[{_CN}\d]{{1,3}}[:：、.\s]")
_BOX = re.compile(rf"^专\s?栏\s?[\d{_CN}]*")


@dataclass(frozen=True)
class Heading:
    """The mark of a line: its rank, its number and what follows."""

    rank: int
    number: str
    rest: str


@dataclass
class Node:
    """One numbered (or headed) unit with its own text and what stands below it."""

    rank: int
    number: str | None
    title: str
    line: int
    body: list[Block] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Own paragraphs, one per line, without those of children."""
        return "\n".join(b.text for b in self.body if b.text)


def before_box(body: Sequence[Block]) -> list[Block]:
    """Give the paragraphs of a unit before its first box (专栏): what a box lists is never a unit of its own."""
    end = next((n for n, b in enumerate(body) if _BOX.match(normalise(b.text))), len(body))
    return list(body[:end])


@dataclass
class Outline:
    """The document as a tree; `lead` is what stands between the title and the first mark."""

    title: str
    draft: str | None
    front: list[str]
    lead: Node
    roots: list[Node]
    tables: list[tuple[Node, Block]]
    notes: list[str] = field(default_factory=list)


_DECIMAL = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){0,3})[.．、]?\s*(?=[^\d\s.%、，。）)-])(\S.*)$", re.DOTALL)


def heading_of(text: str, *, decimal: bool = False) -> Heading | None:
    """Give the mark at the start of a line; None when there is none. `decimal` reads 1, 1.1, 1.1.1 as levels."""
    plain = normalise(text)
    found = _DECIMAL.match(plain) if decimal else None
    if found and (len(plain) <= 60 or "." in found.group(1)):
        return Heading(3 + found.group(1).count("."), found.group(1), text[found.start(2) :].strip())
    for rank, pattern in _MARKS:
        found = pattern.match(plain)
        if found and found.group(2).strip():
            number = unicodedata.normalize("NFKC", found.group(1)).strip("()") if rank in (4, 7) else found.group(1)
            return Heading(rank, number, text[found.start(2) :].strip())
    return None


def split_heading(rest: str) -> tuple[str, str]:
    """Split what follows a mark into heading and body.

    The heading is the first sentence when it is short (“加强组织领导。正文…”), the part before a wide gap or a colon,
    or the whole line when it has no full stop. A line that starts at once with its content gives its first clause as
    title and keeps all of it as body.
    """
    first_line, _, following = rest.partition("\n")
    gap = re.match(rf"^(\S{{4,{_HEADING_MAX}}})[\u3000\t ]{{2,}}(\S.*)$", first_line, re.DOTALL)
    if gap and not re.search("[。；，]", gap.group(1)):
        return _trim(gap.group(1)), _join(gap.group(2), following)
    sentences = split_sentences(first_line)
    first = sentences[0] if sentences else ""
    remainder = first_line[first_line.find(first) + len(first) :].strip()
    bare = first.rstrip("。")
    note = bracket_pairs(bare)
    if (
        note
        and note[-1][1] == len(bare)
        and not remainder
        and re.search("单位|负责|牵头|配合|部门", bare[note[-1][0] :])
    ):
        # A heading line that ends with its owners: the owners are body.
        head, owners = bare[: note[-1][0]].rstrip("。；; "), bare[note[-1][0] :]
        if len(head) <= _HEADING_MAX and not _reads_as_content(head):
            return _trim(head), _join(owners, following)
    if len(bare) <= _HEADING_MAX and not _reads_as_content(bare):
        return _trim(bare), _join(remainder, following)
    colon = re.match(r"^([^，。；：:]{4,30})[：:](?=\S{8})", first_line)
    if colon and not _reads_as_content(colon.group(1)) and "单位" not in colon.group(1):
        return colon.group(1).strip(), _join(first_line[colon.end() :].strip(), following)
    clause = re.split("[，；：。]", bare, maxsplit=1)[0]
    if re.match(r"^(?:力争)?到?(?:19|20)\d\d年|^到[“\"]", clause) and "，" in bare:
        clause = re.split("[，；。]", bare)[1]
    return _trim(clause)[:60], rest


def _join(a: str, b: str) -> str:
    return "\n".join(p for p in (a.strip(), b.strip()) if p)


def _trim(text: str) -> str:
    text = re.sub(r"^[（(]\d{1,2}[）)]\s*(?=\S{4})", "", text)
    return clean(text).strip("。：:；; ")


def _reads_as_content(text: str) -> bool:
    """A first sentence that already states a figure or a year is content, not a heading."""
    plain = normalise(text)
    figure = re.search(r"(?:到|至|比|较)(?:19|20)\d\d年|\d(?:\.\d+)?\s*(?:%|个百分点|微克|万吨|亩|公里)", plain)
    counted = "，" in text and re.search(r"\d+(?:\.\d+)?\s*[个家座项万亿]", plain)
    return bool(figure or counted) or (len(text) > 32 and text.count("，") >= 2)


_PREAMBLE = re.compile(
    "总体要求|总体思路|总体部署|指导思想|基本原则|工作原则|主要原则|主要目标|工作目标|行动目标|总体目标|目标指标|目标任务$|(?:范围|时限|思路|要求|原则)(?:及|和|与)目标$|^(?:实施|建设|规划|工作|编制|适用)范围|发展目标|"
    "工作思路|现状|形势|背景|基本情况|工作基础|发展基础|建设基础|重要意义|编制依据|适用范围|规划目标|总目标|^.{0,4}目标$|^总则$|^总论$|^前言$|^概述$|^目标$|^目标要求$|阶段目标|规划期限|创建基础|面临的|规划基础|工作成效|主要成效|取得(?:的)?成效|工作进展|存在的?问题"
)
_SAFEGUARD = re.compile(
    "保障措施|组织保障|加强党的(?:全面|集中统一)?领导|保障机制|政策保障|支撑保障|要素保障|实施保障|工作保障|保障支撑|强化保障|加强保障|组织实施|组织领导|工作要求|实施要求|"
    "^保障|保障$|规划实施|方案实施|实施机制|有关要求|相关要求|^附则$|监督考核|考核评估$|落实责任$"
)
_STEP = re.compile(
    "实施步骤|工作步骤|方法步骤|步骤安排|实施阶段|阶段安排|进度安排|时间安排|工作进度|推进步骤|实施进度|时间步骤|工作安排及步骤"
)


def role_of_title(title: str) -> str | None:
    """Role that a chapter heading gives to its items: preamble, step, safeguard; None for tasks."""
    if _STEP.search(title):
        return "step"
    if _SAFEGUARD.search(title):
        return "safeguard"
    if _PREAMBLE.search(title):
        return "preamble"
    return None


def build_outline(blocks: Sequence[Block]) -> Outline:
    """Find the title block, then the tree of marks."""
    title, draft, front, start, notes = _front_matter(blocks)
    lead = Node(-1, None, "", blocks[start].line if start < len(blocks) else 0)
    roots: list[Node] = []
    stack: list[Node] = []
    tables: list[tuple[Node, Block]] = []
    body = [piece for b in blocks[start:] for piece in _apart(b)]
    styled = {b.heading for b in body if b.text and b.heading and not heading_of(b.text)}
    # 1 / 1.1 / 1.1.1 is a drafting form of its own; a single line with 1.1 is a figure.
    chinese = any((h := heading_of(b.text)) is not None and h.rank <= 4 for b in body if b.text)
    levels = [b for b in body if re.match(r"^\d{1,2}\.\d{1,2}\s*[\u4e00-\u9fff“]", normalise(b.text))]
    decimal = len(levels) >= 2 and not chinese
    any_marks = any(
        h is not None and h.rank <= 6 for h in (heading_of(b.text, decimal=decimal) for b in body if b.text)
    )
    high_marks = any(
        h is not None and h.rank <= 5 for h in (heading_of(b.text, decimal=decimal) for b in body if b.text)
    )
    named = [n for n, b in enumerate(body) if _NAMED_MARK.match(normalise(b.text))]
    counted = [n for n, b in enumerate(body) if re.match(r"^\d{1,2}[、．.](?!\d)", normalise(b.text))]
    # 行动一：… over 1. 2. 3.: the words count sections, the digits the items.
    sections = len(named) >= 2 and len(counted) >= 2 and named[0] < counted[0]
    annex = False
    box: int | None = None
    for position, block in enumerate(body):
        if block.is_table:
            block.caption = "，".join(b.text for b in body[max(0, position - 2) : position] if 0 < len(b.text) < 60)
            tables.append((stack[-1] if stack else lead, block))
            continue
        text = block.text
        if re.match(r"^附(?:件|表|录)\s*\d*\s*[:：]?", normalise(text)) and len(text) < 60 and roots:
            following = body[position + 1 :]
            # A list of annexes after the text is not an annex; the annex itself has something behind it.
            annex = annex or any(b.is_table or len(b.text) > 30 for b in following)
            stack = []
            continue
        if annex and not heading_of(text, decimal=decimal):
            if stack:
                stack[-1].body.append(block)
            continue
        heading = heading_of(text, decimal=decimal)
        if heading is not None and sections and position in named:
            heading = replace(heading, rank=4)
        if _BOX.match(normalise(text)) and stack and len(text) <= 60:
            # 专栏1 重点工程: what it lists belongs to the unit it stands in.
            box = stack[-1].rank
            stack[-1].body.append(block)
            continue
        if box is not None and (heading is None or heading.rank > box):
            stack[-1].body.append(block)
            continue
        box = None
        if heading is None and (
            (block.heading and styled and not high_marks) or (not any_marks and _plain_heading(text, body, position))
        ):
            node = Node(-1 + (block.heading or 1), None, _trim(text), block.line)
            _hang(node, stack, roots)
            continue
        if heading is not None and heading.rank == 4 and any(n.rank == 5 for n in stack):
            stack[-1].body.append(block)  # （一） below 第…条 lists what the article says
            continue
        if heading is None or _continues_list(heading, stack):
            target = stack[-1] if stack else lead
            target.body.append(block)
            continue
        if annex and heading.rank > 4 and not stack:
            continue
        name, rest = split_heading(heading.rest)
        node = Node(heading.rank, heading.number, name, block.line)
        if rest:
            node.body.append(Block(block.line, rest))
        _hang(node, stack, roots)
    _raise_ranks(roots)
    for root in roots:
        _fold_lists(root)
    return Outline(title, draft, front, lead, roots, tables, notes)


def _apart(block: Block) -> list[Block]:
    """Split 1.加强领导。…2.强化督查。…: units that follow each other in one paragraph, numbered without a gap."""
    plain = normalise(block.text)
    first = heading_of(block.text) if not block.is_table and "\n" not in block.text else None
    if first is None or first.rank not in (4, 6) or not re.match(r"^(?:[（(]|\d)", plain):
        return [block]
    pieces, at, number = [], 0, first.number
    while True:
        number = _following(number)
        mark = rf"[（(]{number}[）)]" if first.rank == 4 else rf"{number}[.．、](?!\d)"
        found = re.search(rf"(?<=[。；）)]){mark}(?=[\u4e00-\u9fff“])", plain[at:]) if number else None
        if found is None:
            break
        pieces.append(block.text[at : at + found.start()])
        at += found.start()
    if not pieces:
        return [block]
    return [Block(block.line, p.strip(), heading=block.heading) for p in [*pieces, block.text[at:]]]


def _following(number: str) -> str:
    """Give the number behind 3 or 三; "" when there is none of the same kind."""
    if number.isdigit():
        return str(int(number) + 1)
    tens = [*"一二三四五六七八九十", *(f"十{c}" for c in "一二三四五六七八九"), "二十"]
    return tens[tens.index(number) + 1] if number in tens[:-1] else ""


def _hang(node: Node, stack: list[Node], roots: list[Node]) -> None:
    while stack and stack[-1].rank >= node.rank:
        stack.pop()
    (stack[-1].children if stack else roots).append(node)
    stack.append(node)


def _plain_heading(text: str, body: Sequence[Block], position: int) -> bool:
    """A short line without a stop, with running text behind it, in a document without any marks."""
    if len(text) > 30 or text[-1] in "。；，：:" or "：" in text or _DATE_LINE.match(text):
        return False
    following = next((b for b in body[position + 1 :] if b.text), None)
    return following is not None and len(following.text) > len(text)


def _continues_list(heading: Heading, stack: Sequence[Node]) -> bool:
    """（3） standing first without （1） is a reference at the start of a line, not a mark."""
    return heading.rank == 8 and not stack


def _raise_ranks(roots: Sequence[Node]) -> None:
    """Make 1. the chapters and （1） the items where a document has no higher marks and 1. bears a chapter's title."""
    named = any(role_of_title(r.title) for r in roots)
    if not roots or any(r.rank != 6 for r in roots) or not named or not any(r.children for r in roots):
        return
    for root in roots:
        root.rank = 3
        for child in root.children:
            child.rank = 6 if child.rank == 7 else child.rank


def _fold_lists(node: Node) -> None:
    """Turn （1）… below an item into its measures unless they are items: with a heading sentence and owners each."""
    for child in node.children:
        _fold_lists(child)
    listed = [c for c in node.children if c.rank >= _LIST_RANK]
    if not listed or len(listed) != len(node.children):
        node.children = [c for c in node.children if c not in listed] if listed else node.children
        if listed:
            _absorb(node, listed)
        return
    with_owner = sum(bool(re.search("单位[：:]|牵头|按职责|负责[)）]", c.text)) for c in listed)
    with_heading = sum(bool(c.text) and not c.text.startswith(c.title) for c in listed)
    if node.rank < 6 and len(listed) > 1 and (with_owner * 2 > len(listed) or with_heading * 2 > len(listed)):
        return
    node.children = []
    _absorb(node, listed)


def _absorb(node: Node, listed: Sequence[Node]) -> None:
    for child in listed:
        text = child.text
        whole = (
            text if child.title in text.replace(" ", "") else _join(f"{child.title}。" if text else child.title, text)
        )
        node.body.append(Block(child.line, whole))
        for grandchild in child.children:
            _absorb(node, [grandchild])


# --- Title ----------------------------------------------------------------------------------------------------------


def _front_matter(blocks: Sequence[Block]) -> tuple[str, str | None, list[str], int, list[str]]:
    """Give title, draft mark, the lines of the title block, the index of the first block of the body, notes."""
    limit = min(len(blocks), 60)
    end = 0
    for end, block in enumerate(blocks[:limit]):  # noqa: B007 - the index is the result
        heading = heading_of(block.text) if block.text else None
        if block.is_table or (heading is not None and heading.rank <= 5):
            break
    candidates = _title_candidates(blocks[:end] or blocks[:1])
    notes: list[str] = []
    if not candidates:
        first = blocks[0].text if blocks else ""
        text, draft = _strip_draft(first)
        if _reads_as_paragraph(first) or heading_of(first):
            notes.append("no title line found")
            quoted = re.search(rf"《([^》]*(?:{_KIND})[^》]*)》", "".join(b.text for b in blocks[:5]))
            return (quoted.group(1) if quoted else ""), None, [], 0, notes
        return clean(text), draft, [first], 1, notes
    plans = [c for c in candidates if not _ISSUED.search(c[2])]
    start, stop, raw = plans[0] if plans else candidates[-1]
    title, draft = _strip_draft(raw)
    if not plans:
        title = _title_in_notice(title)
    while stop < len(blocks) and blocks[stop].text and (d := re.fullmatch(_DRAFT, blocks[stop].text.strip())):
        draft, stop = draft or d.group(1), stop + 1
    while stop < len(blocks) and _is_front(blocks[stop].text):
        stop += 1
    if plans and start > 0 and _TITLE_END.search(raw) and stop - start > 1:
        notes.append("joined a title that stood on several lines")
    return clean(title), draft, [b.text for b in blocks[:stop]], stop, notes


def _is_front(text: str) -> bool:
    plain = normalise(text)
    return bool(
        text
        and (
            _DATE_LINE.match(plain)
            or _DOCUMENT_NUMBER.match(plain)
            or re.fullmatch(r"[（(].{2,40}[）)]", plain)
            or re.fullmatch(r"目\s*录", plain)
            or re.fullmatch(r"\S{2,20}(?:人民政府|办公厅|办公室|委员会|厅|局)", plain)
        )
    )


def _reads_as_paragraph(text: str) -> bool:
    return len(text) > 60 or bool(re.search("[。；]", text))


def _title_candidates(blocks: Sequence[Block]) -> list[tuple[int, int, str]]:
    """Runs of title lines (first, behind last, text); a line that does not end like a title takes the next along."""
    found = []
    i = 0
    while i < len(blocks):
        text = blocks[i].text.strip()
        plain = normalise(text)
        skip = (
            not text
            or _reads_as_paragraph(text)
            or text[-1] in "：:，,"
            or _DOCUMENT_NUMBER.match(plain)
            or _DATE_LINE.match(plain)
            or heading_of(text)
            or re.match("^附件|^附：|^现将|^各|^[（(]", text)
            or (len(text) <= 10 and i > 0 and role_of_title(text) is not None)
        )
        if skip:
            i += 1
            continue
        for width in (1, 2, 3, 4):
            parts = [b.text.strip() for b in blocks[i : i + width]]
            if len(parts) < width or any(_reads_as_paragraph(p) or heading_of(p) or not p for p in parts):
                break
            joined = "".join(parts)
            core, _ = _strip_draft(joined)
            alone_is_issuer = width > 1 and re.search(
                "(?:国务院|党中央|中共中央|人民政府|办公厅|办公室|委员会|[省市县区州盟]委|领导小组|[厅局部委])$",
                parts[0],
            )
            if alone_is_issuer and not parts[1].startswith(("关于", "印发")):
                break
            if any(_DATE_LINE.match(normalise(p)) or _DOCUMENT_NUMBER.match(normalise(p)) for p in parts):
                break
            if _TITLE_END.search(core) and len(joined) <= 120:
                stop = i + width
                # A bracket on the next line belongs to the title: （2023—2025年）, （征求意见稿）.
                while stop < len(blocks) and re.fullmatch(r"[（(].{2,30}[）)]", blocks[stop].text.strip()):
                    if re.search(
                        r"此件|主动公开|公开发布|联系|月\d+日|月[一二三十]+日|年\d{1,2}月[）)]|通过", blocks[stop].text
                    ):
                        break
                    joined += blocks[stop].text.strip()
                    stop += 1
                found.append((i, stop, joined))
                i = stop - 1
                break
        i += 1
    return found


def _strip_draft(text: str) -> tuple[str, str | None]:
    found = _DRAFT.search(text.strip())
    bracketed = found is not None and found.group(0)[0] in "（([【"
    if found is None or not bracketed or found.group(1) == "稿":
        return text.strip(), None
    if found.group(1) == "试行":
        return text.strip(), None
    return text.strip()[: found.start()].strip(), found.group(1)


def _title_in_notice(title: str) -> str:
    quoted = re.search("《([^》]+)》", title)
    if quoted:
        return quoted.group(1)
    found = re.search(r"印发(?:关于)?(.+?)的通知$", title)
    return found.group(1) if found else title
