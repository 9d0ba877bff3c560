// Ranks the sections of the site for a query, from the small files that hooks/guide/search.py writes below search/.
//
// It runs as a worker (assets/js/search.js talks to it) and asks the server for what a query needs and nothing else.
// How a text is cut into terms must be what guide/search.py does; tests/test_search.py holds the two together.

const MOST_CHARACTERS = 200;
const MOST_SLOTS = 14; // of a long query the first so many words count; each may cost a request
const TOKEN = /[a-z0-9]+(?:[-/.&'’+_][a-z0-9]+)*|[\u3400-\u9fff]+/g;
const JOINT = /[-/.&'’+_]/g;
// Words that ask rather than tell what is asked for. They count only where nothing else is left.
const ASKING = new Set(
  ("a an and are as at be been by can could did do does for from get had has have how i if in into is it its me my of on or " +
    "our shall should so than that the their them then there these they this those to too us was we were what when where " +
    "which who why will with would you your vs versus about some any just whats s t many much").split(" "),
);
const ASKING_HAN =
  /为什么要?|怎么办|怎么样|怎么|怎样|如何|什么时候|什么是|是什么|什么|哪些|哪个|哪种|有没有|是不是|能不能|会不会|要不要|多少|一下|我们|你们|他们|可以|应该|需要|以及|还是|或者|请问|[的吗呢吧啊]|了(?!解)|我(?!们)|是(?!否)/g;
const COMPLETIONS = 4; // of a word that one is typing
// How results are weighed; chosen on the "tune" queries of tests/queries/.
const COVER = 2; // how hard it counts against a section that part of the query is missing: a power
const WHOLE = 0.2; // what the rest of its page adds to the best section
const LIKE = 1; // what a phrase that is all of the query adds to a section: it doubles it
const READ_AGAIN = 8; // the first so many pages are held against their phrases

/** Lower case, half width, simplified, without accents. */
function normal(text, traditional) {
  let simple = "";
  for (const c of text) simple += traditional.get(c) ?? c;
  return simple.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "");
}

const pairsOf = (run) => Array.from({ length: run.length - 1 }, (_, i) => run.slice(i, i + 2));

/** The pairs of characters of a Chinese run that tell what is asked for. */
const tellingPairs = (run) => run.replace(ASKING_HAN, " ").split(" ").filter((part) => part.length > 1).flatMap(pairsOf);

/** The pieces of a text in order, cut as guide/search.py does: Chinese ones with their pairs, Latin ones with their parts. */
export function pieces(text, traditional) {
  return (normal(text, traditional).match(TOKEN) ?? []).map((run) =>
    run[0] >= "\u3400"
      ? { text: run, han: true, pairs: run.length > 1 ? pairsOf(run) : [run] }
      : { text: run, parts: run.split(JOINT) },
  );
}

/** A text as it is compared whole: spaces, hyphens and slashes make no difference. */
const keyOf = (text, traditional) => (normal(text, traditional).match(/[a-z0-9\u3400-\u9fff]+/g) ?? []).join("");

/** Which share of the index a term stands in: FNV-1a, as in guide/search.py. */
function shareOf(term, shares) {
  let value = 0x811c9dc5;
  for (let i = 0; i < term.length; i++) value = Math.imul(value ^ term.charCodeAt(i), 0x01000193);
  return (value >>> 0) % shares;
}

/** Whether two words differ by one letter added, left out, replaced or swapped with its neighbour. */
function oneApart(a, b) {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const [x, y] = [a.slice(i), b.slice(i)];
  return (
    x.slice(1) === y.slice(1) || x.slice(1) === y || x === y.slice(1) ||
    (x[0] === y[1] && x[1] === y[0] && x.slice(2) === y.slice(2))
  );
}

/** An engine over an index; load(path) resolves to the parsed JSON of a file below search/. */
export function createEngine(load) {
  let ready;
  const kept = new Map();

  const once = (path) => {
    if (!kept.has(path)) {
      const loading = load(path);
      loading.catch(() => kept.delete(path));
      kept.set(path, loading);
    }
    return kept.get(path);
  };

  const start = () => {
    ready ??= load("index.json").then(read, (error) => {
      ready = undefined;
      throw error;
    });
    return ready;
  };

  /** The postings of every term in slots: term → [in how many sections, then section (as a step) and worth, …]. */
  async function postingsOf(slots, { version, shares }) {
    const postings = new Map();
    const terms = new Set(slots.flatMap((slot) => [...slot.terms.keys()]));
    await Promise.all(
      [...terms].map(async (term) => {
        const share = await once(`${version}/${shareOf(term, shares)}.json`);
        if (share[term]) postings.set(term, share[term]);
      }),
    );
    return postings;
  }

  /** The pages for a query, best first: {pages: [{score, sections: [{section, score}]}], words: terms found, index}. */
  async function search(query, language, again = true) {
    try {
      return await find(query, language);
    } catch (error) {
      // A site that was published meanwhile has another index, and this one's files are gone.
      ready = undefined;
      kept.clear();
      if (again) return search(query, language, false);
      throw error;
    }
  }

  async function find(query, language) {
    const index = await start();
    const slots = understand(query, index);
    const postings = await postingsOf(slots, index);
    const pages = rank(slots, postings, index);
    // The first few are read again: how much one of the phrases that people type for a section is like the query.
    await Promise.all(
      pages.slice(0, READ_AGAIN).map(async (page, i) => {
        const before = page.sections[0].score;
        const again = page.sections.slice(0, i < 3 ? 3 : 1);
        await Promise.all(
          again.map(async (its) => {
            const phrases = (await once(`${index.version}/${language}/${its.section}.json`))[5];
            its.score *= 1 + LIKE * likest(phrases, query, slots, index) ** 2;
          }),
        );
        page.sections.sort((a, b) => b.score - a.score || a.section - b.section);
        page.score *= page.sections[0].score / before;
      }),
    );
    pages.sort(byScore);
    return { pages, words: [...postings.keys()], index };
  }

  /** What to show of a section: where it leads, its titles, and the passage that holds most of the words. */
  async function show(section, language, { words, index }) {
    const [location, title, place, heading, text] = await once(`${index.version}/${language}/${section}.json`);
    return { location, title, place, heading, passage: passage(text, words, index) };
  }

  /** Terms whose names are most like a query of which nothing was found: [name, location]. */
  async function nearest(query, language) {
    const { terms, traditional } = await start();
    const pairs = (text) => {
      const key = pieces(text, traditional).map((piece) => piece.text).join("");
      return new Set(Array.from({ length: Math.max(1, key.length - 1) }, (_, i) => key.slice(i, i + 2)));
    };
    const asked = pairs(query.slice(0, MOST_CHARACTERS));
    const likeness = (name) => {
      const its = pairs(name);
      return (2 * [...its].filter((pair) => asked.has(pair)).length) / (its.size + asked.size);
    };
    return terms
      .map(([zh, en, location]) => [Math.max(likeness(zh), likeness(en)), language === "zh" ? zh : en, location])
      .filter(([like]) => like > 0.2)
      .sort(([a], [b]) => b - a)
      .slice(0, 5)
      .map(([, name, location]) => [name, location]);
  }

  return { start, search, show, nearest };
}

/** index.json, taken apart: its words by form, its traditional characters, the page of every section. */
function read(entry) {
  const forms = new Map(); // every form of a word → its term
  const common = new Map(); // term → how many sections have it, log2
  for (const group of entry.words.split(",")) {
    const [head, ...tails] = group.split(" ");
    const term = head.slice(1);
    common.set(term, Number(head[0]));
    forms.set(term, term);
    for (const tail of tails) forms.set(tail[0] === "^" ? tail.slice(1) : term + tail, term);
  }
  const characters = [...entry.traditional];
  const traditional = new Map();
  for (let i = 0; i < characters.length; i += 2) traditional.set(characters[i], characters[i + 1]);
  const pageOf = entry.sections.flatMap((count, page) => Array(count).fill(page));
  return { ...entry, forms, common, traditional, pageOf };
}

/** The query as slots: {terms: what its word may stand for, each with how sure that is}. */
function understand(query, index) {
  const cut = pieces(query.slice(0, MOST_CHARACTERS), index.traditional);
  const typing = /[a-z0-9]$/i.test(query); // the last word may go on
  const slots = cut.flatMap((piece, at) => {
    if (piece.han) {
      const telling = tellingPairs(piece.text);
      const pairs = telling.length ? telling : piece.pairs;
      return [...new Set(pairs)].map((pair) => ({ terms: new Map([[pair, 1]]), weak: !telling.length }));
    }
    const made = piece.parts.map((part) => ({
      terms: meant(part, index, typing && at === cut.length - 1),
      weak: piece.parts.length === 1 && ASKING.has(part),
    }));
    // multi-task, and multi task where the index knows multitask.
    const next = cut[at + 1];
    const whole = piece.parts.join("");
    if (piece.parts.length > 1) for (const { terms } of made) terms.set(index.forms.get(whole) ?? whole, 1);
    else if (next?.parts?.length === 1 && !made[0].weak) made[0].joined = index.forms.get(whole + next.parts[0]);
    return made;
  });
  slots.forEach(({ joined, terms }, i) => {
    if (!joined) return;
    terms.set(joined, 1);
    slots[i + 1].terms.set(joined, 1);
  });
  const seen = new Set(); // a word said twice asks for nothing more
  const telling = slots.filter(({ weak, terms }) => !weak && !seen.has([...terms.keys()][0]) && seen.add([...terms.keys()][0]));
  return (telling.length ? telling : slots).slice(0, MOST_SLOTS);
}

/** The terms that a Latin word may stand for: itself, what it begins, what it is a slip of, what it is made of. */
function meant(word, { forms, common }, typing) {
  if (forms.has(word)) return new Map([[forms.get(word), 1]]);
  const found = new Map([[word, 1]]); // rare words stand in the index, not in the list
  if (/^\d+$/.test(word)) return found;
  const add = (terms, most, sure) => [...new Set(terms)].slice(0, most).forEach((term) => found.set(term, sure));
  const all = [...forms.keys()];
  const commonest = (a, b) => common.get(b) - common.get(a);
  const begun = all.filter((form) => form.startsWith(word)).map((form) => forms.get(form)).sort(commonest);
  if (typing && word.length > 1) add(begun, COMPLETIONS, 0.8);
  if (found.size > 1) return found;
  if (word.length > 4) {
    const slips = all.filter((form) => oneApart(form, word));
    slips.sort((a, b) => (b[0] === word[0]) - (a[0] === word[0]) || commonest(forms.get(a), forms.get(b)));
    add(slips.map((form) => forms.get(form)), 2, 0.8);
    if (found.size > 1) return found;
    for (let i = 2; i <= word.length - 2; i++) {
      const halves = [forms.get(word.slice(0, i)), forms.get(word.slice(i))];
      if (halves[0] && halves[1]) return new Map([[word, 1], ...halves.map((half) => [half, 0.7])]); // abtest
    }
    // A form that no page has: what shares most of its beginning.
    for (let n = word.length - 1; n >= Math.max(5, word.length * 0.7); n--) {
      const stem = all.find((form) => form.startsWith(word.slice(0, n)));
      if (stem) return found.set(forms.get(stem), 0.6);
    }
  }
  add(begun, COMPLETIONS, 0.7);
  return found;
}

const byScore = (a, b) => b.score - a.score || a.sections[0].section - b.sections[0].section;

/** Pages by what their sections say about the slots; gives each slot its `rarity`: how much it tells to find it. */
function rank(slots, postings, { pageOf, common }) {
  const sections = new Map(); // section → {score, covered}
  const wholes = new Map(); // page → the same, each slot where the page says most about it
  const add = (map, key, score, rarity) => {
    const sum = map.get(key) ?? { score: 0, covered: 0 };
    map.set(key, { score: sum.score + score, covered: sum.covered + rarity });
  };
  for (const slot of slots) {
    const best = new Map();
    slot.rarity = 0;
    for (const [term, sure] of slot.terms) {
      const posting = postings.get(term);
      if (!posting) continue;
      slot.rarity = Math.max(slot.rarity, sure * Math.log(1 + (pageOf.length - posting[0] + 0.5) / (posting[0] + 0.5)));
      for (let i = 1, section = 0; i < posting.length; i += 2) {
        section += posting[i];
        best.set(section, Math.max(best.get(section) ?? 0, (sure * posting[i + 1]) / 10));
      }
      if (sure === 1 && !common.has(term)) break; // a rare word that stands as it was typed: no slip
    }
    const onPage = new Map();
    for (const [section, score] of best) {
      add(sections, section, score, slot.rarity);
      onPage.set(pageOf[section], Math.max(onPage.get(pageOf[section]) ?? 0, score));
    }
    for (const [page, score] of onPage) add(wholes, page, score, slot.rarity);
  }
  // Where much of the query is missing, what is there counts for less.
  const all = slots.reduce((sum, { rarity }) => sum + rarity, 0);
  const weigh = ({ score, covered }) => score * (covered / all) ** COVER;
  const pages = new Map();
  for (const [section, sum] of sections) {
    const page = pageOf[section];
    if (!pages.has(page)) pages.set(page, []);
    pages.get(page).push({ section, score: weigh(sum) });
  }
  return [...pages]
    .map(([page, its]) => {
      its.sort((a, b) => b.score - a.score || a.section - b.section);
      return { score: its[0].score + WHOLE * weigh(wholes.get(page)), sections: its };
    })
    .sort(byScore);
}

/** How much the most similar of some phrases is like the query, from 0 to 1: words in common, by how much they tell. */
function likest(phrases, query, slots, { forms, traditional }) {
  const all = slots.reduce((sum, { rarity }) => sum + rarity, 0);
  const whole = keyOf(query, traditional);
  let most = 0;
  for (const phrase of phrases) {
    const key = keyOf(phrase, traditional);
    if (whole.includes(key)) most = Math.max(most, Math.min(1, key.length / (key[0] < "\u3400" ? 16 : 6)));
    const its = new Set(
      pieces(phrase, traditional).flatMap(({ han, text, parts }) =>
        han ? tellingPairs(text) : parts.filter((part) => !ASKING.has(part)).map((part) => forms.get(part) ?? part),
      ),
    );
    const common = slots.filter(({ terms }) => [...terms.keys()].some((term) => its.has(term)));
    if (!common.length) continue;
    const told = common.reduce((sum, { rarity }) => sum + rarity, 0);
    const untold = (Math.max(0, its.size - common.length) * all) / slots.length;
    most = Math.max(most, (told / all) * Math.sqrt(told / (told + untold)));
  }
  return most;
}

const WIDTH = 180; // of a passage; a Chinese character is as wide as two letters
const WIDE = /[\u3000-\u9fff\uff00-\uffef]/g;
const width = (text) => text.length + (text.match(WIDE) ?? []).length;

/** Where the words of a query stand in a text: [start, end, term]. */
function marks(text, words, { forms, traditional }) {
  const wanted = new Set(words);
  const found = [];
  const put = (at, part) => {
    const term = forms.get(part) ?? part;
    if (wanted.has(term)) found.push([at, at + part.length, term]);
    return wanted.has(term);
  };
  const simple = [...text].map((c) => traditional.get(c) ?? c).join("").toLowerCase();
  for (const { 0: run, index: at } of simple.matchAll(TOKEN)) {
    if (run[0] >= "\u3400") {
      for (let i = 0; i < run.length; i++) put(at + i, run.slice(i, i + 2)) || put(at + i, run[i]);
      continue;
    }
    const joined = run.replace(JOINT, "");
    if (wanted.has(forms.get(joined) ?? joined)) found.push([at, at + run.length, joined]);
    else for (const { 0: part, index: inside } of run.matchAll(/[a-z0-9]+/g)) put(at + inside, part);
  }
  return found;
}

/** Where the most different words stand close together. */
function densest(text, at) {
  let best = { worth: 0, start: 0 };
  for (let i = 0; i < at.length; i++) {
    const seen = new Map();
    for (let j = i; j < at.length && width(text.slice(at[i][0], at[j][1])) < WIDTH - 30; j++)
      seen.set(at[j][2], Math.min(3, (seen.get(at[j][2]) ?? 0) + 1));
    const worth = [...seen.values()].reduce((sum, count) => sum + 1 + count / 20, 0);
    if (worth > best.worth) best = { worth, start: at[i][0] };
  }
  return best.start;
}

/** The stretch of a text that holds most of the words, in pieces: [text, whether to mark it]. */
function passage(text, words, index) {
  const at = marks(text, words, index);
  let start = densest(text, at);
  if (start) {
    // From the beginning of the sentence; where that is far, from a word shortly before.
    const sentence = text.slice(0, start).search(/(?<=[。！？；]|[.?!;] )[^。！？；.?!;]*$/);
    if (sentence >= 0 && width(text.slice(sentence, start)) < 60) start = sentence;
    else {
      start = Math.max(0, start - 24);
      start += text.slice(start).search(/(?<=[\s，、])|(?=[\u3400-\u9fff])|$/);
    }
  }
  let end = start;
  for (let room = WIDTH; end < text.length && room > 0; end++) room -= width(text[end]);
  while (end < text.length && /[A-Za-z0-9]/.test(text[end - 1]) && /[A-Za-z0-9]/.test(text[end])) end--;
  const cut = start > 0 ? [["… ", false]] : [];
  let done = start;
  for (const [from, to] of [...at, [end, end]]) {
    if (to < done || from < start || from > end) continue;
    if (from > done) cut.push([text.slice(done, from), false]);
    const marked = text.slice(Math.max(from, done), Math.min(to, end));
    if (cut.at(-1)?.[1] && from <= done) cut.at(-1)[0] += marked;
    else if (marked) cut.push([marked, true]);
    done = Math.max(done, Math.min(to, end));
  }
  if (end < text.length) cut.push([" …", false]);
  return cut;
}

// As a worker: {id, query, language} is answered with {id, total, groups, nearest}; {id, more} with further groups;
// {id, sections} with those sections. What cannot be loaded is answered with {id, failed: true}.
if (globalThis.DedicatedWorkerGlobalScope) {
  const AT_ONCE = 6;
  const root = new URL("../../search/", import.meta.url);
  const engine = createEngine(async (path) => {
    const response = await fetch(new URL(path, root), path === "index.json" ? { cache: "no-cache" } : {});
    if (!response.ok) throw new Error(`${response.status} ${path}`);
    return response.json();
  });
  const found = new Map();

  const groups = (last, from) =>
    Promise.all(
      last.pages.slice(from, from + AT_ONCE).map(async ({ sections }) => {
        const [best, ...rest] = sections;
        const others = rest.filter(({ score }) => score > 0.4 * best.score).slice(0, 5);
        return {
          score: best.score,
          best: await engine.show(best.section, last.language, last),
          others: others.map(({ section }) => section),
        };
      }),
    );

  const answer = async ({ id, query, language, more, sections, of }) => {
    if (query !== undefined) {
      const last = { ...(await engine.search(query, language)), language };
      found.clear();
      found.set(id, last);
      return {
        total: last.pages.length,
        groups: await groups(last, 0),
        nearest: last.pages.length ? [] : await engine.nearest(query, language),
      };
    }
    const last = found.get(of);
    if (!last) return { groups: [], sections: [] };
    if (more !== undefined) return { groups: await groups(last, more) };
    return { sections: await Promise.all((sections ?? []).map((section) => engine.show(section, last.language, last))) };
  };

  engine.start().catch(() => {});
  addEventListener("message", async ({ data }) => {
    try {
      postMessage({ id: data.id, ...(await answer(data)) });
    } catch {
      postMessage({ id: data.id, failed: true });
    }
  });
}
