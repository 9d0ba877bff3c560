"""The policy for addresses of other sites: what a reader can see of a URL must be what the reader gets.

https, a named public host, nothing that hides the goal (a shortener, a look-alike, text that shows another address),
nothing that follows the reader (tracking and affiliate parameters). Everything is judged from the address alone.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

SHORTENERS = frozenset(
    """bit.ly bitly.com buff.ly cutt.ly dlvr.it dwz.cn dwz1.cn fb.me goo.gl ift.tt is.gd j.mp lnkd.in mrw.so n9.cl
    ow.ly qr.ae rb.gy reurl.cc rebrand.ly rrd.me s.id sh.st shorturl.at shorte.st soo.gd suo.im suo.nz t.cn t.co t.ly
    t.me tiny.cc tinyurl.com trib.al u.nu url.cn urlc.cn v.gd w.url.cn wp.me x.co amzn.to amzn.com/dp a.co 163.fm
    985.so t.hk 0x9.me b23.tv v.douyin.com m.tb.cn 3.cn dwz.win""".split()
)
AFFILIATES = frozenset(
    """awin1.com shareasale.com click.linksynergy.com s.click.taobao.com union-click.jd.com u.jd.com p.pinduoduo.com
    go.skimresources.com go.redirectingat.com anrdoezrs.net dpbolvw.net jdoqocy.com kqzyfj.com tkqlhce.com""".split()
)
TRACKING = re.compile(
    r"^(utm_\w+|utm|gclid|dclid|gbraid|wbraid|fbclid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_cid|mc_eid|_hsenc|_hsmi|"
    r"mkt_tok|oly_enc_id|oly_anon_id|vero_id|wickedid|rb_clickid|s_cid|spm|scm|share_token|share_source|share_medium|"
    r"share_plat|share_from|share_id|share_tag|vd_source|bd_vid|hmsr|hmpl|hmcu|hmkw|hmci|sudaref|wfr|ref_src|ref_url|"
    r"__twitter_impression|trk|trkcampaign|cmpid|xtor|gs_lcrp|sca_esv|affiliate|affiliate_id|aff_id|affid)$",
    re.I,
)
# Parameters that only some hosts use for tracking or commissions; elsewhere they may mean something.
TRACKING_AT = {
    "amazon": re.compile(r"^(tag|ref_?|linkcode|camp|creative(asin)?|ascsubtag|p[fd]_rd_\w+|qid|sr)$", re.I),
    "youtube": re.compile(r"^(si|feature|pp|ab_channel)$"),
    "youtu": re.compile(r"^(si|feature)$"),
    "medium": re.compile(r"^(source|sk)$"),
    "substack": re.compile(r"^(r|showWelcome)$"),
    "zhihu": re.compile(r"^(source|utm|share_code)$"),
    "bilibili": re.compile(r"^(from|seid|spm_id_from|timestamp|unique_k|bbid|ts)$"),
    "weixin": re.compile(r"^(from|scene|srcid|sharer_\w+|chksm|clicktime|enterid|subscene)$"),
    "csdn": re.compile(r"^(spm|depth_1-utm_source|ops_request_misc|request_id|biz_id)$"),
    "toutiao": re.compile(r"^(from|source|wid)$"),
    "1point3acres": re.compile(r"^(ctid|from|fromuid|fromuser)$"),
    "educative": re.compile(r"^(aff|coupon)$"),
    "coursera": re.compile(r"^(siteid|ransiteid|ranmid|raneaid)$", re.I),
    "udemy": re.compile(r"^(couponcode|referralcode|ransiteid)$", re.I),
    "linkedin": re.compile(r"^(trackingid|lipi|rcm|midtoken|midsig)$", re.I),
    "twitter": re.compile(r"^(s|t)$"),
    "x": re.compile(r"^(s|t)$"),
    "producthunt": re.compile(r"^ref$"),
    "news": re.compile(r"^(oc|ved|usg)$"),
}  # fmt: skip
# Addresses that wrap another one: what they redirect to is what should be written.
REDIRECTORS = {
    "google": "q url",
    "facebook": "u",
    "zhihu": "target",
    "juejin": "target",
    "csdn": "target",
    "weibo": "u",
}
# Hosts that answer on plain http only; the watch has the last word.
HTTP_ONLY = frozenset(
    "patrickhalina.com anwalthannover.com epaper.gmw.cn www.cnsymm.com news.caijingmobile.com chime.ics.uci.edu".split()
)
# Hosts that readers trust and forgers imitate; the registry's own hosts are added to them.
KNOWN = frozenset(
    """github.com gitlab.com google.com arxiv.org youtube.com wikipedia.org microsoft.com facebook.com amazon.com
    apple.com openai.com kaggle.com pytorch.org tensorflow.org huggingface.co python.org medium.com
    netflix.com linkedin.com twitter.com stackoverflow.com acm.org ieee.org springer.com nature.com sciencedirect.com
    semanticscholar.org openreview.net usenix.org kubernetes.io prometheus.io grafana.com apache.org mozilla.org
    zhihu.com baidu.com alibaba.com aliyun.com taobao.com tencent.com weixin.qq.com bilibili.com kuaishou.com
    douyin.com meituan.com csdn.net juejin.cn jianshu.com toutiao.com bytedance.com instagram.com doordash.com
    uber.com spotify.com pinterest.com cloudflare.com paypal.com""".split()
)
# Below these anybody registers a name: the first six in every country, the others by their full name.
SECOND_LEVEL = frozenset("co com org net edu gov ac".split())
SHARED = frozenset(
    "github.io gitlab.io readthedocs.io blogspot.com vercel.app netlify.app pages.dev web.app herokuapp.com".split()
)
# Ends of host names that make a piece of link text an address rather than a file name or a product.
ADDRESS_ENDS = "com|org|net|io|dev|ai|cn|edu|gov|co|me|app|tv|uk|de|jp|fr|info|xyz|cc|top|site|online|tech|cloud"
SHOWN = re.compile(rf"^\s*(?P<url>(?:https?://|www\.)\S+|(?:[\w-]+\.)+(?:{ADDRESS_ENDS})(?:[/?#:]\S*)?)\s*$", re.I)
CONFUSABLE = str.maketrans("013458", "oleasb")  # digits that stand in for letters
PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("ii", "u"), ("nn", "m"))


@dataclass(frozen=True)
class Offence:
    """What is wrong with an address: a rule, what the message is about, and what to write instead, if known."""

    rule: str
    subject: str
    instead: str = ""

    def hint(self) -> dict[str, str]:
        """The hint fields of a finding."""
        return {"hint_zh": f"写成 {self.instead}", "hint_en": f"write {self.instead}"} if self.instead else {}


def check(url: str, known_hosts: Iterable[str] = ()) -> list[Offence]:
    """Everything wrong with one absolute http(s) URL. `known_hosts` are the hosts that the guide already trusts."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:  # a broken IPv6 literal, a port that is none
        return [Offence("url-host", url)]
    if parts.scheme.lower() not in ("http", "https"):
        return []
    found = []
    if not host or not re.fullmatch(r"[^\s\"<>\\^`{|}]+", host):
        return [Offence("url-host", url)]
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        found.append(
            Offence("url-credentials", url, urlunsplit(parts._replace(netloc=parts.netloc.rsplit("@", 1)[-1])))
        )
    if _is_address(host):
        return [*found, Offence("url-ip", host)]
    if "." not in host:
        return [*found, Offence("url-host", host)]
    if parts.scheme.lower() == "http" and host not in HTTP_ONLY:
        found.append(Offence("url-https", url, "https" + url[4:]))
    found += _hidden_goal(parts, host) + _lookalike(host, frozenset(known_hosts) | KNOWN)
    if cleaned := _without_tracking(parts, host):
        found.append(Offence("url-tracking", url, cleaned))
    return found


def _is_address(host: str) -> bool:
    """Whether the host is an IP address in any spelling that a browser accepts, or names this machine."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        ipaddress.ip_address(host.strip("[]").split("%")[0])
    except ValueError:
        last = host.rsplit(".", 1)[-1]
        return bool(re.fullmatch(r"0x[0-9a-f]*|\d+", last, re.I))  # 2130706433, 0x7f.1, 127.1: browsers take them
    return True


def _hidden_goal(parts: SplitResult, host: str) -> list[Offence]:
    bare = host.removeprefix("www.")
    if bare in SHORTENERS:
        return [Offence("url-shortener", host)]
    if bare in AFFILIATES:
        return [Offence("url-tracking", host)]
    for name in REDIRECTORS.get(_name(host), "").split():
        if parts.path.rstrip("/") in ("/url", "/l.php", "/link", "") and re.search(
            r"(^|&)" + name + "=https?", parts.query
        ):
            goal = dict(parse_qsl(parts.query)).get(name, "")
            return [Offence("url-shortener", host, goal)]
    return []


def _without_tracking(parts: SplitResult, host: str) -> str:
    """The URL without parameters that track or pay; empty where there are none."""
    local = TRACKING_AT.get(_name(host))

    def tracks(pair: str) -> bool:
        name = unquote(pair.split("=", 1)[0])
        return bool(TRACKING.match(name) or (local and local.match(name)))

    pairs = [pair for pair in parts.query.split("&") if pair]
    kept = [pair for pair in pairs if not tracks(pair)]
    path = re.sub(r"/ref=[^/]*/?$", "/", parts.path) if _name(host) == "amazon" else parts.path
    fragment = "" if re.match(r"(utm_\w+|xtor|ref)=", parts.fragment) else parts.fragment
    if len(kept) == len(pairs) and path == parts.path and fragment == parts.fragment:
        return ""
    return urlunsplit(parts._replace(path=path, query="&".join(kept), fragment=fragment))


def _name(host: str) -> str:
    """The label that a registrant chose: amazon of www.amazon.co.uk, weixin of mp.weixin.qq.com."""
    labels = host.lower().split(".")
    if host.endswith(".qq.com") and len(labels) > 2:
        return labels[-3]
    return registrable(host).split(".")[0]


def registrable(host: str) -> str:
    """The part of a host name that somebody registered: its last two labels, three below co.uk or github.io."""
    labels = host.lower().rstrip(".").split(".")
    country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL
    return ".".join(labels[-3:] if country or ".".join(labels[-2:]) in SHARED else labels[-2:])


def _lookalike(host: str, known: frozenset[str]) -> list[Offence]:
    labels = host.lower().split(".")
    if any(label.startswith("xn--") for label in labels) or not host.isascii():
        shown = ".".join(_decoded(label) for label in labels)
        return [Offence("url-lookalike", f"{host} = {shown}" if shown != host else host)]
    ours = registrable(host)
    roots = {registrable(k) for k in known}
    if ours in roots or host.lower() in known:
        return []
    for trusted in sorted(roots):
        if _imitates(host.lower(), ours, trusted):
            return [Offence("url-lookalike", host, trusted)]
    return []


def _decoded(label: str) -> str:
    try:
        return label.encode("ascii").decode("idna") if label.startswith("xn--") else label
    except UnicodeError:
        return label


def _imitates(host: str, ours: str, trusted: str) -> bool:
    if len(trusted.split(".")[0]) < 4:
        return False
    # github.com.evil.example, and github.com-login.example
    if re.search(rf"(^|[.-]){re.escape(trusted)}([.-])", host):
        return True
    mine, name = ours.split(".")[0], trusted.split(".")[0]
    if skeleton(mine) == skeleton(name):
        return mine != name  # g1thub.com, rnedium.com; the same name at another registry is another matter
    same_end = ours.split(".", 1)[-1] == trusted.split(".", 1)[-1]
    return same_end and len(name) >= 6 and len(mine) >= 5 and _one_slip(mine, name)


def skeleton(name: str) -> str:
    """The name with characters and pairs that look alike brought to one form (in the spirit of UTS 39)."""
    folded = name.lower().translate(CONFUSABLE)
    for pair, single in PAIRS:
        folded = folded.replace(pair, single)
    return folded.replace("l", "i").replace("-", "")


def _one_slip(a: str, b: str) -> bool:
    """Whether one letter is missing, doubled, wrong, or swapped with its neighbor."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    if len(a) == len(b):
        return rest_a[1:] == rest_b[1:] or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])
    longer, shorter = (rest_a, rest_b) if len(a) > len(b) else (rest_b, rest_a)
    return longer[1:] == shorter


def shows_another(text: str, url: str) -> bool:
    """Whether a link's text is itself an address, and of another site than the link goes to."""
    match = SHOWN.match(text)
    if not match:
        return False
    shown = match["url"].rstrip(".,;，。；")
    try:
        there = urlsplit(url).hostname or ""
        here = urlsplit(shown if "://" in shown else f"https://{shown}").hostname or ""
    except ValueError:
        return True
    return registrable(here) != registrable(there)
