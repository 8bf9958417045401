-- The checks that are joins. Each query returns (id, what): one row a finding; an empty answer is a pass.
-- Tables: items, rejected, components, the views, corruptions, nodes, edges, relations as they lie in
-- the data set, each with its `filename`; kind (node, above): every option with what it is a kind of; made_from: graph, pipeline and seed as
-- the manifest has them; source (name, licence, may_publish): its sources.

-- name: Q1 every edge of a binding is an edge of the graph, as stated
select i.id, 'edge ' || p.edge || ' is not ' || p.subject || ' ' || p.relation || ' ' || p."object"
from (select id, unnest(path) as p from items) i
left join edges e on e.edge = i.p.edge
where e.edge is null
   or (e.subject, e.relation, e."object", e.source) is distinct from
      (i.p.subject, i.p.relation, i.p."object", i.p.source);

-- name: Q4 options are distinct, of one category, and none is a kind of another
with member as (
    select id, o, answer, unnest(string_split(option_nodes[o], '|')) as curie
    from (select id, answer, clauses, option_nodes, unnest(generate_series(1, len(option_nodes))) as o from items)
    where option_nodes[o] <> '' -- "None of these" is no node.
    -- The halves of chains stand twice each: KINDS looks at them.
    and list_contains(flatten(list_transform(clauses, lambda c: [c.subject, c."object"])), '?answer')
),
name as (
    select curie, lower(trim(label)) as name from nodes
    union
    select curie, lower(trim(unnest(synonyms))) from nodes
)
select id, 'options and their nodes differ in number' from items
where len(option_nodes) <> case when kind = 'true_false' then 0 else len(options) end
union all
select id, 'two options read the same' from items
where len(list_distinct(list_transform(options, lambda t: lower(trim(t))))) <> len(options)
union all
select id, 'two options are one node' from items where len(list_distinct(option_nodes)) <> len(option_nodes)
union all
select distinct a.id, a.curie || ' and ' || b.curie || ' are both called ' || na.name
from member a
join member b on a.id = b.id and a.o < b.o and a.curie <> b.curie
join name na on na.curie = a.curie
join name nb on nb.curie = b.curie and nb.name = na.name
union all
select m.id, 'options of several categories' from member m left join nodes n on n.curie = m.curie
group by m.id having count(distinct coalesce(n.category, '?')) > 1
union all
select a.id, a.curie || ' is a kind of ' || b.curie
from member a join member b on a.id = b.id and a.o <> b.o
join kind k on k.node = a.curie and k.above = b.curie;

-- name: Q7 no node that is used is obsolete or unlabelled
with cited as (
    select id, unnest(flatten(list_transform(steps, lambda s: s.edges))) as edge from items
    union all
    select id, unnest(flatten(list_transform(distractor_reasons, lambda r: r.edges))) from items
),
used as (
    select id, unnest(list_concat(
        anchors,
        flatten(list_transform(option_nodes, lambda o: string_split(o, '|'))),
        string_split(answer_node, '|'),
        list_transform(path, lambda p: p.subject),
        list_transform(path, lambda p: p."object")
    )) as curie from items
    union
    select c.id, unnest([e.subject, e."object"]) from cited c join edges e on e.edge = c.edge
)
select distinct u.id, u.curie || ' is obsolete, unlabelled or unknown'
from used u left join nodes n on n.curie = u.curie
where u.curie <> '' and (n.curie is null or n.obsolete or coalesce(n.label, '') = '');

-- name: Q15 nothing is asked twice
select min(id), 'the id stands ' || count(*) || ' times' from items group by id having count(*) > 1
union all
select min(id), 'same pattern, anchors and key as ' || max(id) from items
group by pattern, list_sort(anchors), answer_node having count(*) > 1
union all
select min(id), 'same words as ' || max(id) from items
group by regexp_replace(lower(question), '[^\p{L}\p{N}]+', ' ', 'g') having count(*) > 1;

-- name: Q16 no fact and no words cross a split
-- An answer edge is an edge of a path that touches the key; which way it runs and who states it makes no difference. No
-- path of another split holds it, and if the item is held out, no step and no denial of another split cites it either.
with bound as (
    select id, split, answer_node, least(p.subject, p."object") as one, greatest(p.subject, p."object") as two
    from (select id, split, answer_node, unnest(path) as p from items)
),
answer as (
    select distinct id, split, one, two from bound where list_has_any(string_split(answer_node, '|'), [one, two])
),
cited as (
    select distinct c.id, c.split, least(e.subject, e."object") as one, greatest(e.subject, e."object") as two
    from (
        select id, split, unnest(list_concat(
            flatten(list_transform(steps, lambda s: s.edges)),
            flatten(list_transform(distractor_reasons, lambda r: r.edges))
        )) as edge from items
    ) c join edges e on e.edge = c.edge
),
ends as (
    select id, split, list_sort(list_distinct(list_concat(anchors, string_split(answer_node, '|')))) as nodes from items
),
bindings as (
    select id, split, list_sort(list_distinct(list_transform(
        path, lambda p: [least(p.subject, p."object"), greatest(p.subject, p."object")]
    ))) as pairs from items
)
select distinct a.id, 'its answer edge ' || one || ' – ' || two || ' lies in the path of ' || b.id || ' in another split'
from answer a join bound b using (one, two) where a.split <> b.split
union all
select distinct a.id, 'its answer edge ' || one || ' – ' || two || ' is cited by ' || c.id || ' in another split'
from answer a join cited c using (one, two) where a.split <> c.split and a.split <> 'train'
union all
select min(id), 'same key in two splits' from items where answer_node <> '' group by answer_node having count(distinct split) > 1
union all
select min(id), 'same anchors and key in two splits' from ends group by nodes having count(distinct split) > 1
union all
select min(id), 'same binding in two splits' from bindings group by pairs having count(distinct split) > 1
union all
select min(id), 'same words in two splits' from items
group by regexp_replace(lower(question), '[^\p{L}\p{N}]+', ' ', 'g') having count(distinct split) > 1
union all
select id, 'lies in a file of another split' from items
where split is distinct from regexp_extract(filename, '([a-z]+)-[0-9]+-of-[0-9]+\.parquet$', 1)
union all
select coalesce(i.id, c.id), 'components has another split, or not this item' from items i
full join components c on c.id = i.id where i.split is distinct from c.split
union all
select min(id), 'its component lies in two splits' from components group by component having count(distinct split) > 1;

-- name: Q18 every step of the thinking path rests on edges of the graph or words of the question
with step as (select id, question, unnest(steps) as s from items)
select id, 'there is no thinking path' from items where len(steps) = 0
union all
select id, 'a step cites nothing' from step where len(s.edges) = 0 and len(s.spans) = 0
union all
select t.id, 'a step cites edge ' || t.edge || ', which does not exist'
from (select id, unnest(s.edges) as edge from step) t left join edges e on e.edge = t.edge where e.edge is null
union all
select id, '"' || span || '" does not stand in the question'
from (select id, question, unnest(s.spans) as span from step) where not contains(question, span) or span = ''
union all
select id, 'the thinking path in prose is not that of the steps' from items
where thinking is distinct from array_to_string(list_transform(steps, lambda s: s.text), ' ')
union all
select id, 'an edge of the binding is cited by no step' from items
where not list_has_all(
    flatten(list_transform(steps, lambda s: s.edges)), list_transform(path, lambda p: p.edge));

-- name: Q28 sources and licences are those of every edge and name that is used
with cited as (
    select id, unnest(list_concat(
        list_transform(path, lambda p: p.edge),
        flatten(list_transform(steps, lambda s: s.edges)),
        flatten(list_transform(distractor_reasons, lambda r: r.edges))
    )) as edge from items
),
named as (
    select id, unnest(list_concat(
        anchors,
        string_split(answer_node, '|'),
        flatten(list_transform(option_nodes, lambda o: string_split(o, '|')))
    )) as curie from items
    union
    select c.id, unnest([e.subject, e."object"]) from cited c join edges e on e.edge = c.edge
),
used as (
    select c.id, e.source, e.licence from cited c join edges e on e.edge = c.edge
    union
    select n.id, o.source, o.licence from named n join nodes o on o.curie = n.curie
)
select distinct i.id, 'it uses ' || u.source || ' (' || u.licence || ') and does not say so'
from items i join used u on u.id = i.id
where not list_contains(i.sources, u.source) or not list_contains(i.licences, u.licence)
union all
select id, 'a licence forbids to publish it'
from (select id, licences from items union all select id, licences from rejected)
where not list_has_all(['open', 'attribution', 'attribution-with-notice'], licences)
union all
select i.id, 'its licences are not those of its sources' from items i
where list_sort(i.licences) is distinct from
      (select list_sort(list(distinct s.licence)) from source s where list_contains(i.sources, s.name))
union all
select 'edges', 'edge ' || e.edge || ' is of ' || e.source || ', which forbids to publish it, or has another licence'
from edges e left join source s on s.name = e.source
where s.may_publish is distinct from true or e.licence is distinct from s.licence
union all
select 'nodes', 'the name of ' || n.curie || ' is of ' || n.source || ', which forbids to publish it, or has another licence'
from nodes n left join source s on s.name = n.source
where n.licence is distinct from s.licence or (n.label <> '' and s.may_publish is distinct from true)
union all
select 'nodes', 'a synonym or cross-reference of ' || n.curie || ' is of ' || n.source || ', which forbids to publish it'
from (select curie, unnest(list_concat(synonym_sources, xref_sources)) as source from nodes) n
left join source s on s.name = n.source where s.may_publish is distinct from true
union all
select 'nodes', 'not every synonym and cross-reference of ' || curie || ' has a source' from nodes
where len(synonyms) is distinct from len(synonym_sources) or len(xrefs) is distinct from len(xref_sources)
union all
select i.id, 'it says that it was made from another graph, pipeline or seed than the manifest' from items i, made_from m
where (i.graph_sha256, i.pipeline_sha256, i.seed) is distinct from (m.graph, m.pipeline, m.seed);

-- name: IDS follow from what is asked
with asked as (
    select id, kind, answer_node, pattern, anchors, clauses, list_filter(
        flatten(list_transform(clauses, lambda c: [c.subject, c."object"])), lambda t: not starts_with(t, '?')
    ) as constants from items
),
told as (
    select *,
        list_filter(constants, lambda t, n: list_position(constants, t) = n) as in_order,
        list_transform(clauses, lambda c: c.relation || if(c.absent, '!', '')) as arrows,
        list_transform(clauses, lambda c: if(c.branch > 0, c.branch || '| ', '')) as marks
    from asked
),
made as (
    select *,
        array_to_string(list_transform(clauses, lambda c, n:
            marks[n] || coalesce('?a' || nullif(list_position(in_order, c.subject), 0), c.subject) || ' -' || arrows[n] || '-> '
            || coalesce('?a' || nullif(list_position(in_order, c."object"), 0), c."object")
        ), '; ') as shape,
        list_sort(list_transform(clauses, lambda c, n:
            marks[n] || c.subject || ' ' || arrows[n] || ' ' || c."object")) as lines,
        array_to_string(list_sort(string_split(answer_node, '|')), '|') as key
    from told
)
select id, 'the pattern is not that of the clauses' from made where pattern is distinct from shape
union all
select id, 'the anchors are not the constants of the clauses' from made where anchors is distinct from in_order
union all
select id, 'the id is not the hash of kind, pattern, clauses and key' from made
where id is distinct from sha256(array_to_string(list_concat([kind, shape], lines, [key]), chr(10)))[:32];

-- name: VIEWS show the items and nothing else
with shown as (
    select 'sft' as view, id, filename from sft
    union all
    select 'grpo', id, filename from grpo
    union all
    select 'bench', id, filename from bench
    union all
    select 'sft_prompt_completion', id, filename from sft_prompt_completion
    union all
    select 'verl', extra_info.id, filename from verl
    union all
    select 'medreason', id_in_dataset, filename from medreason
),
replies as (
    select *, '<think>' || chr(10) || thinking || chr(10) || '</think>' || chr(10) || chr(10) || 'Answer: '
        || coalesce(answer_letter || '. ', '') || answer_text as reply,
        list_sort(list_distinct(flatten(list_transform(path, lambda p: [p.subject, p."object"])))) as nodes
    from items
),
chats as (
    select *, regexp_extract(filename, '([a-z]+)-[0-9]+-of-[0-9]+\.parquet$', 1) as split from sharegpt
),
due as (
    select i.id, v.view from items i, (select distinct view from shown) v
    where v.view <> 'bench' or i.answer is not null
)
select coalesce(s.id, d.id), coalesce(s.view, d.view) || ' shows another set of items' from due d
full join shown s on s.id = d.id and s.view = d.view where s.id is null or d.id is null
union all
select min(id), view || ' shows it twice' from shown group by view, id having count(*) > 1
union all
select i.id, s.view || ' shows it in another split' from shown s join items i on i.id = s.id
where i.split is distinct from regexp_extract(s.filename, '([a-z]+)-[0-9]+-of-[0-9]+\.parquet$', 1)
union all
select i.id, 'bench has another question, key or options' from bench b join items i on i.id = b.id
where (b.question, b.choices, b.answer, b.target_letter) is distinct from
      (i.question, i.options, i.answer, i.answer_letter)
union all
select i.id, 'grpo has another question or solution' from grpo g join items i on i.id = g.id
where (g.solution, g.answer_letter) is distinct from (i.answer_text, coalesce(i.answer_letter, ''))
   or not starts_with(g.prompt[1].content, i.question)
union all
select i.id, 'sft has another question, thinking path or answer' from sft s join items i on i.id = s.id
where not starts_with(s.messages[1].content, i.question)
   or not contains(s.messages[2].content, i.thinking)
   or not ends_with(s.messages[2].content, coalesce(i.answer_letter || '. ', '') || i.answer_text)
union all
select i.id, 'sft_prompt_completion has another question or reply'
from sft_prompt_completion s join replies i on i.id = s.id
where not starts_with(s.prompt[1].content, i.question) or s.completion[1].content is distinct from i.reply
   or (len(s.prompt), len(s.completion), s.prompt[1].role, s.completion[1].role) is distinct from (1, 1, 'user', 'assistant')
union all
select i.id, 'grpo has other nodes of the path' from grpo g join replies i on i.id = g.id
where list_sort(g.path_nodes) is distinct from i.nodes
union all
select i.id, 'verl has another question, answer, split or path' from verl v join replies i on i.id = v.extra_info.id
where not starts_with(v.prompt[1].content, i.question)
   or json_extract_string(v.reward_model.ground_truth, '$.letter') is distinct from coalesce(i.answer_letter, '')
   or json_extract_string(v.reward_model.ground_truth, '$.text') is distinct from i.answer_text
   or (v.data_source, v.ability, v.reward_model.style, v.extra_info.split) is distinct from
      ('thinkpath', i.kind, 'rule', i.split)
   or list_sort(v.extra_info.path_nodes) is distinct from i.nodes
union all
select i.id, 'medreason has another question, answer, reasoning or options'
from medreason m join items i on i.id = m.id_in_dataset
where (m.question, m.answer, m.reasoning) is distinct from (i.question, i.answer_text, i.thinking)
   or m.options is distinct from
      array_to_string(list_transform(i.options, lambda o, n: 'ABCDE'[n] || '. ' || o), chr(10))
union all
select i.id, 'sharegpt does not have it in its split' from replies i
where exists (select 1 from chats) and not exists (
    select 1 from chats c where c.split = i.split and c.conversations[2].value = i.reply
    and starts_with(c.conversations[1].value, i.question)
)
union all
select 'sharegpt', 'it has ' || (select count(*) from chats) || ' rows, items ' || (select count(*) from items)
where (select count(*) from chats) not in (0, (select count(*) from items));

-- name: PAIRS show the wrong paths beside the right ones
with wrong as (
    select *, list_transform(steps, lambda s: s.text) as texts, regexp_extract(id, '^(.*)-[0-9]+$', 1) as item from corruptions
),
due as (
    -- A wrong path that is much shorter than the right one would be told by that.
    select 'dpo' as view, w.id, item_id from wrong w join items i on i.id = w.item_id
    where exists (select 1 from dpo) and 5 * length(array_to_string(w.texts, ' ')) >= 4 * length(i.thinking)
    union all
    select 'prm', id, item_id from wrong where exists (select 1 from prm)
    union all
    select 'prm', id, id from items where exists (select 1 from prm)
),
shown as (
    select 'dpo' as view, id, filename from dpo
    union all
    select 'prm', id, filename from prm
)
select coalesce(d.item_id, s.id), coalesce(d.view, s.view) || ' shows other wrong paths' from due d
full join shown s on s.id = d.id and s.view = d.view where s.id is null or d.id is null
union all
select min(id), view || ' shows it twice' from shown group by view, id having count(*) > 1
union all
select min(id), 'the id stands ' || count(*) || ' times' from wrong group by id having count(*) > 1
union all
select w.item_id, w.id || ' is numbered for another item, or has none' from wrong w
left join items i on i.id = w.item_id
where i.id is null or w.item is distinct from w.item_id
union all
select item_id, 'the same wrong path stands twice' from wrong group by item_id, texts having count(*) > 1
union all
select d.item_id, s.view || ' shows ' || s.id || ' in another split' from due d
join shown s on s.id = d.id and s.view = d.view join items i on i.id = d.item_id
where i.split is distinct from regexp_extract(s.filename, '([a-z]+)-[0-9]+-of-[0-9]+\.parquet$', 1)
union all
select w.item_id, 'corruptions shows ' || w.id || ' in another split' from wrong w
where w.split is distinct from regexp_extract(w.filename, '([a-z]+)-[0-9]+-of-[0-9]+\.parquet$', 1)
union all
select i.id, 'dpo has another prompt, choice, rejection, kind or step in ' || d.id
from dpo d join wrong w on w.id = d.id join items i on i.id = w.item_id
where (d.item_id, d.kind, d.first_wrong_step) is distinct from (w.item_id, w.kind, w.first_wrong_step)
   or not starts_with(d.prompt[1].content, i.question)
   or len(d.prompt) <> 1 or len(d.chosen) <> 1 or len(d.rejected) <> 1
   or (d.prompt[1].role, d.chosen[1].role, d.rejected[1].role) is distinct from ('user', 'assistant', 'assistant')
   or d.chosen[1].content is distinct from '<think>' || chr(10) || i.thinking || chr(10) || '</think>' || chr(10)
      || chr(10) || 'Answer: ' || coalesce(i.answer_letter || '. ', '') || i.answer_text
   or d.rejected[1].content is distinct from '<think>' || chr(10) || array_to_string(w.texts, ' ') || chr(10)
      || '</think>' || chr(10) || chr(10) || 'Answer: ' || coalesce(nullif(w.answer_letter, '') || '. ', '')
      || w.answer_text
union all
select i.id, 'prm has another prompt, steps or labels' from prm p join items i on i.id = p.id
where not starts_with(p.prompt, i.question)
   or p.completions is distinct from list_transform(i.steps, lambda s: s.text)
   or p.labels is distinct from list_transform(i.steps, lambda s: true)
union all
select i.id, 'prm has another prompt, steps or labels in ' || p.id
from prm p join wrong w on w.id = p.id join items i on i.id = w.item_id
where not starts_with(p.prompt, i.question)
   or p.completions is distinct from w.texts[: w.first_wrong_step + 1]
   or p.labels is distinct from list_transform(generate_series(0, w.first_wrong_step), lambda n: n < w.first_wrong_step);
