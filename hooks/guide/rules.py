"""The rules: a stable name each, what is wrong, and how to mend it, in both languages.

A message ends where the subject follows ("no such reference: covingtn2016"); a mend is what to type.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One rule: its message and its general mend, in Chinese and in English."""

    zh: str
    en: str
    mend_zh: str = ""
    mend_en: str = ""


RULES: dict[str, Rule] = {
    # One page
    "yaml-syntax": Rule("YAML 无法解析", "YAML does not parse"),
    "front-matter": Rule("页首信息不合规则", "front matter breaks its schema"),
    "heading-id": Rule(
        "标题没有显式锚点",
        "heading without an explicit id",
        "在行尾加上 {#小写-英文-锚点}，两种语言用同一个",
        "end the line with {#a-lower-case-id}, the same in both languages",
    ),
    "heading-duplicate-id": Rule(
        "标题锚点重复", "heading id used twice", "每个锚点在一页里只用一次", "use each id once on a page"
    ),
    "heading-level": Rule("标题层级不对", "wrong heading level"),
    "table-header": Rule(
        "表头有空单元格",
        "table header with an empty cell",
        "给这一列一个名字，读屏软件要念它",
        "name the column: screen readers say it",
    ),
    "diagram-syntax": Rule("图无法解析", "diagram does not parse"),
    "diagram-kind": Rule(
        "不支持的图类型",
        "unsupported kind of diagram",
        "用 flowchart、sequenceDiagram、stateDiagram-v2 或 classDiagram",
        "use flowchart, sequenceDiagram, stateDiagram-v2 or classDiagram",
    ),
    "diagram-text": Rule(
        "图缺少文字说明",
        "diagram without a text equivalent",
        "在图类型的下一行写 accTitle: 和 accDescr:",
        "write accTitle: and accDescr: on the lines after the diagram's kind",
    ),
    "formula-syntax": Rule("公式无法解析", "formula does not parse"),
    "fence-unclosed": Rule("代码块没有结束", "fence without an end", "补上结束的 ```", "add the closing ```"),
    "example-result": Rule("Python 示例的结果不对", "worked Python prints something else"),
    "example-timeout": Rule(
        "Python 示例运行太久，或结束了进程",
        "worked Python runs too long or ends its process",
        "让它在一秒内结束，不要调用 exit()",
        "make it end within a second, without exit()",
    ),
    "citation-unknown": Rule(
        "引用的来源不存在",
        "no such reference",
        "在 docs/references.yml 里添加它",
        "add it to docs/references.yml",
    ),
    "list-unknown": Rule(
        "没有这个列表",
        "no such list",
        "references 用 close-reading、further-reading 或 cited，cases 用阶段的锚点",
        "references takes close-reading, further-reading or cited; cases takes the id of a stage",
    ),
    # The registry
    "reference-schema": Rule("参考文献条目不合规则", "reference breaks its schema"),
    "reference-duplicate": Rule("参考文献重复", "reference stands twice"),
    "reference-unused": Rule(
        "没有页面引用、也不在任何列表里的参考文献",
        "reference that no page cites and no list names",
        "引用它，或写上 lists: [further-reading]，或删掉它",
        "cite it, give it lists: [further-reading], or remove it",
    ),
    # Both languages
    "twin-missing": Rule("缺少另一种语言的页面", "page without its twin in the other language"),
    "parity-headings": Rule("两种语言的标题不一致", "headings differ between the languages"),
    "parity-code": Rule("两种语言的代码不一致", "code differs between the languages"),
    "parity-diagrams": Rule("两种语言的图不一致", "diagrams differ between the languages"),
    "parity-tables": Rule("两种语言的表格不一致", "tables differ between the languages"),
    "parity-citations": Rule("两种语言的引用不一致", "citations differ between the languages"),
    "parity-blocks": Rule("两种语言的问答与提示框不一致", "questions and boxes differ between the languages"),
    "parity-formulas": Rule("两种语言的公式不一致", "formulas differ between the languages"),
    "parity-links": Rule("两种语言的链接不一致", "links differ between the languages"),
    "parity-numbers": Rule("两种语言的数字不一致", "numbers differ between the languages"),
    "nav-translation": Rule(
        "导航标题没有英文",
        "navigation title without its English",
        "在 mkdocs.yml 的 nav_translations 里添加",
        "add it to nav_translations in mkdocs.yml",
    ),
    # The rest
    "waiver-reason": Rule(
        "豁免没有写理由",
        "waiver without a reason",
        "写成 <!-- waive 规则: 理由 -->",
        "write <!-- waive RULE: reason -->",
    ),
    "waiver-unused": Rule("豁免没有用到", "waiver that waives nothing", "删掉这一行注释", "remove the comment"),
    "mkdocs": Rule("MkDocs 的警告", "warning from MkDocs"),
}
