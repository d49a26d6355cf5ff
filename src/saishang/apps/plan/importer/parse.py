"""From a file to a plan: the one entry to the importer.

Ids are given in reading order by role: P1… preamble, T1… tasks, B1… steps (步骤), S1… safeguards. Where the plan
numbers its tasks through, T10 is task 10.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from saishang.apps.plan.importer.agencies import Agency, AgencyResolver, issuing_region, shipped_agencies
from saishang.apps.plan.importer.blocks import Block, Source
from saishang.apps.plan.importer.document import (
    Chapter,
    Item,
    Owner,
    PlanDocument,
    Section,
)
from saishang.apps.plan.importer.duties import commitments_in, duties_in
from saishang.apps.plan.importer.given_once import (
    apply_first_leads,
    apply_inherited,
    apply_section_owners,
    list_unresolved,
)
from saishang.apps.plan.importer.indicator_tables import read_indicator_table
from saishang.apps.plan.importer.matching import points, same_item, same_target
from saishang.apps.plan.importer.owners import (
    OwnerNote,
    find_owner_notes,
    parse_owner_note,
    resolve_units,
    split_units,
)
from saishang.apps.plan.importer.quantities import PLAN_NUMBER, find_years
from saishang.apps.plan.importer.reading import read_source
from saishang.apps.plan.importer.structure import (
    Node,
    Outline,
    before_box,
    build_outline,
    role_of_title,
    split_heading,
)
from saishang.apps.plan.importer.tables import TaskRow, due_years, read_task_table
from saishang.apps.plan.importer.targets import Carry, targets_in_paragraph
from saishang.apps.plan.importer.text import clean, normalise, split_sentences

__all__ = ["parse_document", "parse_source"]

_LETTER = {"preamble": "P", "task": "T", "step": "B", "safeguard": "S"}
_DUE = re.compile(
    r"[【\[]?(?:计划)?(?:完成)?(?:时限|时间节点|完成时间|期限|时间要求)(?:要求)?(?:[】\]][:：]?|[:：])\s*([^。；;）)\n]*)"
)
#: （省自然资源厅负责，2025年底前完成）
_DUE_IN_NOTE = re.compile(r"(?:负责|牵头|落实|配合|参与)[，,；;]\s*((?:19|20)\d\d年[^，；。）)]{0,8}(?:完成|前))")
#: 一是实施…工程。…: a paragraph that is counted in words.
_COUNTED = re.compile("^([一二三四五六七八九十])是[，]?")
_GLOBAL_CLAUSE = re.compile(
    r"(?:以下|下列|上述|以上|本方案|本部分|各项)[^。；]{0,14}(?:任务|工作|措施|事项)[^。；]{0,6}(?:均|都)?(?:需|由|须)[^。；]*(?:落实|负责|实施)|不再(?:一一)?列出|[列排](?:名|在)?第一位?[^。]{0,12}牵头|首位[^。]{0,8}牵头"
)


def parse_document(path: Path | str, agencies: Iterable[Agency] | None = None) -> PlanDocument:
    """Read a plan from a .docx or .txt file.

    Parameters
    ----------
    path:
        The file.
    agencies:
        Table of agencies with aliases; the shipped one when None. It is used only for a plan of the same region.

    Raises
    ------
    PlanFileError
        When the file cannot be read as a plan (see `reading.read_source`).
    """
    return parse_source(read_source(Path(path)), shipped_agencies() if agencies is None else tuple(agencies))


def parse_source(source: Source, agencies: Iterable[Agency] = ()) -> PlanDocument:
    """Read a plan from blocks that are already in memory."""
    outline = build_outline(source.blocks)
    text = "\n".join(b.text for b in source.blocks)
    region = issuing_region(outline.title, outline.front, text)
    if region is None and "自治区" not in text:
        # Nothing ties this document to the region of the table.
        agencies = ()
    document = PlanDocument(
        outline.title, draft=outline.draft, issuer_region=region, notes=[*source.notes, *outline.notes]
    )
    if not outline.title:
        document.notes.append("the plan has no title; give one when importing")
    _Assembly(document, outline, AgencyResolver(agencies, region), _plan_year(outline)).run()
    return document


def _plan_year(outline: Outline) -> int | None:
    """Year of the document: from its number 〔2024〕, its date, or the first year in its title."""
    front = normalise("\n".join(outline.front))
    for pattern in (r"[〔\[（(]\s*((?:19|20)\d\d)\s*[〕\]）)]\s*\d+\s*号", r"^((?:19|20)\d\d)年\d{1,2}月\d{1,2}日"):
        found = re.search(pattern, front, re.MULTILINE)
        if found:
            return int(found.group(1))
    found = re.search(r"((?:19|20)\d\d)\s*年?\s*(?:—{1,2}|-|~|至)\s*(?:19|20)\d\d\s*年?", normalise(outline.title))
    if found:
        return int(found.group(1))
    period = re.search("“?(十[一二三四五六])五”?(?!以来)", outline.title)
    return PLAN_NUMBER[period.group(1)] - 4 if period else None


def _only_notes(text: str) -> bool:
    """Tell whether a line holds nothing but who owes it."""
    spans = find_owner_notes(text)
    return bool(spans) and not "".join(
        text[b:a] for (_, b), (a, _) in pairwise([(0, 0), *spans, (len(text), 0)])
    ).strip(" 。；")


def _only_year(title: str) -> int | None:
    """Year of a plan for one year (2024年重点工作计划): its numbers are due then when they name no year."""
    found = re.search(r"((?:19|20)\d\d)年度?(?!\s*(?:—|-|~|至|到|前|以))", normalise(title))
    ranged = re.search(r"(?:19|20)\d\d年?\s*(?:—{1,2}|-|~|至|到|、)\s*(?:19|20)\d\d", normalise(title))
    return int(found.group(1)) if found and not ranged else None


class _Assembly:
    """Builds the document: items, then what holds for many items, then what is left for a person."""

    def __init__(
        self, document: PlanDocument, outline: Outline, resolver: AgencyResolver, plan_year: int | None
    ) -> None:
        self.doc = document
        self.outline = outline
        self.resolver = resolver
        self.plan_year = plan_year
        self.counts: dict[str, int] = {}
        self.inherited: list[tuple[Item, Owner]] = []
        self.first_leads_from: Item | None = None
        self.item_of_node: dict[int, Item] = {}
        self.section_owners: list[tuple[list[Item], list[Owner], str]] = []
        self.alone: set[str] = set()
        self.parts_headed = self._sections_are_headed(outline)

    def run(self) -> None:
        """Do all of it."""
        outline = self.outline
        if outline.lead.text:
            if outline.roots:
                self._item(outline.lead, None, None, "preamble", "前言", Carry())
            else:
                self._leaf(outline.lead, None, None, None, Carry())
        for root in outline.roots:
            self._chapter(root)
        for node, block in outline.tables:
            self._table(node, block)
        apply_section_owners(self.doc, self.section_owners)
        if self.first_leads_from is not None:
            apply_first_leads(self.doc, self.first_leads_from, self.resolver)
        apply_inherited(self.doc, self.inherited)
        year = _only_year(self.doc.title)
        for item in self.doc.items:
            if year is not None:
                item.targets = [replace(t, year=year) if t.year is None else t for t in item.targets]
            self.doc.targets.extend(item.targets)
        list_unresolved(self.doc, self.resolver)

    # --- items ------------------------------------------------------------------------------------------------------

    def _chapter(self, root: Node) -> None:
        flat = root.rank >= 5 and not root.children
        role = role_of_title(root.title)
        if flat:
            self._leaf(root, None, None, role, Carry())
            return
        self.doc.chapters.append(Chapter(root.number, root.title))
        name = root.number or root.title
        if not root.children:
            self._leaf(root, name, None, role, Carry())
            return
        self._parent(root, name, None, role, Carry())

    def _parent(self, node: Node, chapter: str, section: str | None, role: str | None, carry: Carry) -> None:
        """Handle a node with children: its own text is a preamble item or the owners of all below."""
        first = len(self.doc.items)
        inner = replace(carry)
        owners: list[Owner] = []
        if node.text:
            rest, notes = self._cut_notes(node.text)
            if not rest.strip("。 \n"):
                for note in notes:
                    owners.extend(note.owners)
                    self._global(note, None, first)
            else:
                item = self._item(node, chapter, section, role or "preamble", node.title, inner)
                self.item_of_node[id(node)] = item
                first = len(self.doc.items)
                if item.owners and role is None:
                    owners, item.owners = item.owners, list(item.owners)
        handed: tuple[int, ...] = ()
        told = node.text.rstrip().endswith(("：", ":"))
        for child in node.children:
            below_carry = replace(inner, bases=dict(inner.bases)) if told or role == "preamble" else Carry()
            child_role = role
            if role == "preamble" and handed and all(m.kind == "base" for m in find_years(normalise(child.text))):
                below_carry.years = below_carry.years or handed  # 1.到2025年，… 2.…: the goals of one list
            if child_role is None and node.rank >= 0 and len(self.doc.chapters) <= 1:
                child_role = "preamble" if role_of_title(child.title) == "preamble" else None
            if child.children:
                self.doc.sections.append(Section(child.number, child.title, chapter))
                self._parent(
                    child,
                    chapter,
                    child.number or child.title,
                    child_role or ("step" if role_of_title(child.title) == "step" else None),
                    below_carry,
                )
            else:
                self._leaf(child, chapter, section, child_role, below_carry)
                promised = [t.year for t in self.doc.items[-1].targets if t.year is not None]
                handed = tuple(promised[-1:]) or handed
        below = self.doc.items[first:]
        if owners and below:
            self.section_owners.append((below, owners, node.title))
        elif self._owners_after_section(below):
            self.section_owners.append((below[:-1], [replace(o) for o in below[-1].owners], node.title))

    def _owners_after_section(self, below: Sequence[Item]) -> bool:
        """Owners on a line of their own behind the last item, and no other item has any: they are the section's."""
        before = self.doc.items[: -len(below)] if below else []
        if any(
            a.owners and not all(o.inherited for o in a.owners) and (a.chapter, a.section) == (b.chapter, b.section)
            for a, b in pairwise(before)
        ):
            # In the sections before, every item has its own line: so has this one, and the others have none.
            return False
        return len(below) >= 2 and below[-1].id in self.alone and not any(i.owners for i in below[:-1])

    def _leaf(self, node: Node, chapter: str | None, section: str | None, role: str | None, carry: Carry) -> None:
        headed = self._headed_paragraphs(node)
        if headed and role in (None, "safeguard", "step"):
            for block in node.body:
                if block not in headed:
                    attach = (
                        self.doc.items[-1]
                        if self.doc.items and self.doc.items[-1].chapter == chapter and block is not node.body[0]
                        else None
                    )
                    if attach is not None:
                        self._add_text(attach, [block], carry)
                    else:
                        self._item(
                            Node(node.rank, None, node.title, block.line, [block]),
                            chapter,
                            section,
                            role or "preamble",
                            node.title,
                            carry,
                        )
                    continue
                counted = _COUNTED.match(block.text)
                number = counted.group(1) if counted else None
                title, rest = split_heading(block.text[counted.end() :] if counted else block.text)
                piece = Node(node.rank, number, title, block.line, [Block(block.line, rest)] if rest else [])
                self._item(piece, chapter, section, role or "task", title, carry if role == "preamble" else Carry())
            return
        item = self._item(node, chapter, section, role or self._leaf_role(node, chapter), node.title, carry)
        self.item_of_node[id(node)] = item

    def _leaf_role(self, node: Node, chapter: str | None) -> str:
        own = role_of_title(node.title)
        if own == "preamble" and (not any(i.role == "task" for i in self.doc.items) or chapter is None):
            return "preamble"
        return (
            "safeguard"
            if own == "safeguard" and chapter is None and any(i.role == "task" for i in self.doc.items)
            else "task"
        )

    def _sections_are_headed(self, outline: Outline) -> bool:
        """Tell whether the paragraphs of 第…节 are the items: in most of them, they begin with a heading sentence."""
        self.parts_headed = True
        leaves = [n for r in outline.roots if role_of_title(r.title) is None for n in r.children if not n.children]
        parts = [n for n in leaves if n.rank == 2 and role_of_title(n.title) is None]
        return sum(bool(self._headed_paragraphs(n)) for n in parts) * 2 >= len(parts)

    def _headed_paragraphs(self, node: Node) -> list[Block]:
        """Paragraphs that begin with a heading sentence, when they are the units of this node."""
        headed: list[Block] = []
        if node.rank == 2 and not self.parts_headed:
            return headed
        body = before_box(node.body)
        listed = [b for b in body if _COUNTED.match(b.text)]
        if node.rank <= 3 and len(listed) >= 2 and listed[0].text.startswith("一是"):
            headed = [b for b in listed if len(split_sentences(b.text)) > 1 or find_owner_notes(b.text)]
            if len(headed) == len(listed):
                return headed
            headed = []
        for block in body:
            sentences = split_sentences(block.text)
            first = sentences[0].rstrip("。") if sentences else ""
            if (
                not 4 <= len(first) <= 36
                or len(sentences) < 2
                or re.match("^(?:[一二三四五六七八九]是|——|其中|同时|此外|注：)", first)
            ):
                continue
            title, _ = split_heading(block.text)
            if title == clean(first) and not find_owner_notes(first):
                headed.append(block)
        with_owner = sum(bool(find_owner_notes(b.text)) for b in headed)
        # 牵头单位：… on a line of its own belongs to the paragraph before it.
        labels = [b for b in body if b not in headed and _only_notes(b.text)]
        enough = len(headed) >= 2 and len(headed) * 2 >= len(body) - len(labels)
        followed = len(labels) >= len(headed)
        numbered = node.number is not None and node.rank >= 4
        return headed if enough and not numbered and (node.rank < 4 or with_owner * 2 > len(headed) or followed) else []

    def _item(self, node: Node, chapter: str | None, section: str | None, role: str, title: str, carry: Carry) -> Item:
        self.counts[role] = self.counts.get(role, 0) + 1
        number = node.number if not node.children else None
        item = Item(
            f"{_LETTER[role]}{self.counts[role]}", number, title or "前言", chapter, section, role, line=node.line
        )
        self.doc.items.append(item)
        body = list(node.body)
        if not body and title:
            body = [Block(node.line, title)]
        elif re.search(r"\d", title) and not any(title[:12] in clean(b.text) for b in body):
            item.targets.extend(targets_in_paragraph(title, item.id, plan_year=self.plan_year, carry=replace(carry)))
        self._add_text(item, body, carry)
        if not item.measures and role != "preamble":
            item.measures = [title]  # only units stand behind the heading: the heading is what is to be done
        return item

    def _cut_notes(self, text: str) -> tuple[str, list[OwnerNote]]:
        spans = find_owner_notes(text)
        rest, notes, at = [], [], 0
        for a, b in spans:
            rest.append(text[at:a])
            notes.append(parse_owner_note(text[a:b], self.resolver))
            at = b
        return "".join([*rest, text[at:]]), notes

    def _add_text(self, item: Item, body: Sequence[Block], carry: Carry) -> None:
        """Add paragraphs to an item: measures, owners, targets, duties, promises."""
        collected: list[tuple[int, OwnerNote, str]] = []
        state, head = carry, None
        for block in body:
            spans = find_owner_notes(block.text)
            at = 0
            plain: list[str] = []
            for a, b in [*spans, (len(block.text), len(block.text))]:
                piece = block.text[at:a]
                # 。（责任单位：…）。 leaves a lone stop behind.
                measures = [m for s in split_sentences(piece) for m in points(clean(s)) if m.strip("。；，、 :：)）")]
                item.measures.extend(measures)
                plain.append(piece)
                at = b
                if b > a:
                    collected.append(
                        (len(item.measures), parse_owner_note(block.text[a:b], self.resolver), block.text[a:b])
                    )
                    own_line = len(body) > 1 or block.line != item.line
                    if not "".join(plain).strip("。 ") and len(spans) == 1 and block is body[-1] and own_line:
                        self.alone.add(item.id)
            paragraph = re.sub(r"。{2,}", "。", "".join(plain))
            listed = re.match("^(?:——|—|-|·|•|[（(]?[0-9①-⑳])", block.text) is not None
            if item.role == "preamble" or block is body[0]:
                state = carry
            else:
                # 到2027年：（1）…（2）…: the head of a list holds for all of it, one entry says nothing about the next.
                state = replace(head, bases=dict(head.bases)) if listed and head is not None else Carry()
            for line in paragraph.split("\n"):
                item.targets.extend(targets_in_paragraph(line, item.id, plan_year=self.plan_year, carry=state))
            if paragraph.rstrip().endswith(("：", ":")):
                head = replace(state)
            elif not listed:
                head = None
            self.doc.duties.extend(duties_in(paragraph, item.id))
            self.doc.commitments.extend(commitments_in(paragraph, item.id))
            for sentence in split_sentences(paragraph):
                if _GLOBAL_CLAUSE.search(sentence) and not spans:
                    self._global(parse_owner_note(sentence, self.resolver), item, 0, only_global=True)
        self._due(item, body)
        own = [(n, note) for n, note, _ in collected if note.owners]
        several = len(own) > 1 and len({n for n, _ in own}) > 1
        for count, note in own:
            for owner in note.owners:
                owner.measure = count - 1 if several and count else None
                item.owners.append(owner)
        for _, note, _ in collected:
            self._global(note, item, 0)

    def _due(self, item: Item, body: Sequence[Block]) -> None:
        """Give the year of 完成时限：2025年底 to the targets of the item that name none; the line is no measure."""
        told = {
            years
            for b in body
            for m in (*_DUE.finditer(normalise(b.text)), *_DUE_IN_NOTE.finditer(normalise(b.text)))
            if (years := due_years(m.group(1)))
        }
        item.measures = [m for m in item.measures if not _DUE.match(normalise(m))]
        if len(told) == 1:
            (years,) = told
            item.targets = [replace(t, year=years[0]) if t.year is None else t for t in item.targets]

    def _global(self, note: OwnerNote, item: Item | None, first: int, *, only_global: bool = False) -> None:
        """Remember what a note says about other items."""
        del first, only_global
        here = item or (self.doc.items[-1] if self.doc.items else None)
        if here is None:
            return
        self.inherited.extend((here, owner) for owner in note.inherited)
        if note.first_leads and self.first_leads_from is None:
            self.first_leads_from = here

    # --- tables -----------------------------------------------------------------------------------------------------

    def _table(self, node: Node, block: Block) -> None:
        rows = read_task_table(block.rows)
        if rows:
            self._task_rows(rows, block.line)
            return
        home = self.item_of_node.get(id(node)) or next((i for i in self.doc.items if "目标" in i.title), None)
        targets = read_indicator_table(block.rows, home.id if home else "P1", block.caption)
        if targets:
            if home is None:
                home = self._item(Node(-1, None, "主要指标", block.line), None, None, "preamble", "主要指标", Carry())
                targets = [replace(t, at=home.id) for t in targets]
            known = [t for i in self.doc.items for t in i.targets]
            home.targets.extend(t for t in targets if not any(same_target(t, k) for k in known))
            return
        if home is not None:
            for row in block.rows:
                line = "；".join(dict.fromkeys(clean(c) for c in row if c.strip()))
                if line:
                    home.measures.append(line)
        else:
            self.doc.notes.append(f"line {block.line}: a table of unknown kind was not read")

    def _task_rows(self, rows: Sequence[TaskRow], line: int) -> None:
        tasks = [i for i in self.doc.items if i.role in ("task", "safeguard")]
        made: dict[str, Item] = {}
        for row in rows:
            owners = []
            for role, cell in row.owners:
                owners.extend(self._cell_owners(role, cell))
            item = same_item(row, tasks)
            if item is not None:
                self._complete(item, row, owners, line)
                continue
            item = made.get(row.title)
            if item is None:
                node = Node(6, row.number, row.title, line, [Block(line, row.details)] if row.details else [])
                item = self._item(node, None, None, "task", row.title, Carry(years=due_years(row.due)))
                made[row.title] = item
            else:
                carry = Carry(years=due_years(row.due))
                self._add_text(item, [Block(line, row.details)] if row.details else [], carry)
            item.owners.extend(owners)

    def _complete(self, item: Item, row: TaskRow, owners: Sequence[Owner], line: int) -> None:
        """Add to an item of the text what only the table says: units, measures, and the year they are due."""
        known = {u for o in item.owners if not o.inherited for u in o.units}
        for owner in owners:
            units = [u for u in owner.units if u not in known]
            if units:
                item.owners.append(replace(owner, units=units, agencies=resolve_units(units, self.resolver)))
        said = clean("".join(item.measures))
        details = [d for d in row.details.split("\n") if d.strip() and clean(d).rstrip("。；") not in said]
        if details:
            before = len(item.targets)
            self._add_text(item, [Block(line, d) for d in details], Carry(years=due_years(row.due)))
            old, new = item.targets[:before], item.targets[before:]
            item.targets = old + [t for t in new if not any(same_target(t, o) for o in old)]

    def _cell_owners(self, role: str, cell: str) -> list[Owner]:
        if re.search("[:：]|牵头|配合|负责", cell):
            note = parse_owner_note(cell, self.resolver)
            if note.owners:
                return [replace(o, role=role if o.role == "responsible" else o.role) for o in note.owners]
        units, etc = split_units(cell)
        return [Owner(role, units, resolve_units(units, self.resolver), etc, False, None, cell)] if units else []
