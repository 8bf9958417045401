-- The checks that are joins. Each query returns (id, what): one row a finding; an empty answer is a pass.
-- Tables: items, rejected, nodes, edges, relations (as they lie in the data set).

-- name: Q1 every edge of a binding is an edge of the graph, as stated
select i.id, 'edge ' || p.edge || ' is not ' || p.subject || ' ' || p.relation || ' ' || p."object"
from (select id, unnest(path) as p from items) i
left join edges e on e.edge = i.p.edge
where e.edge is null
   or e.subject <> i.p.subject or e.relation <> i.p.relation or e."object" <> i.p."object" or e.source <> i.p.source;

-- name: Q4 options are distinct, of one category, and none is a kind of another
with member as (
    select id, o, unnest(string_split(option_nodes[o], '|')) as curie, option_nodes, options
    from (select id, option_nodes, options, unnest(generate_series(1, len(option_nodes))) as o from items)
)
select id, 'two options read the same' from items
where len(list_distinct(list_transform(options, lambda t: lower(trim(t))))) <> len(options)
union all
select id, 'two options are one node' from items where len(list_distinct(option_nodes)) <> len(option_nodes)
union all
select m.id, 'options of several categories' from member m left join nodes n on n.curie = m.curie
group by m.id having count(distinct coalesce(n.category, '?')) > 1
union all
select a.id, a.curie || ' is a kind of ' || b.curie
from member a join member b on a.id = b.id and a.o <> b.o
join kind k on k.node = a.curie and k.above = b.curie;

-- name: Q7 no node that is used is obsolete or unlabelled
select u.id, u.curie || ' is obsolete, unlabelled or unknown'
from (
    select id, unnest(list_concat(
        anchors,
        flatten(list_transform(option_nodes, lambda o: string_split(o, '|'))),
        string_split(answer_node, '|'),
        list_transform(path, lambda p: p.subject),
        list_transform(path, lambda p: p."object")
    )) as curie from items
) u
left join nodes n on n.curie = u.curie
where n.curie is null or n.obsolete or coalesce(n.label, '') = '';

-- name: Q15 nothing is asked twice
select min(id), 'the id stands ' || count(*) || ' times' from items group by id having count(*) > 1
union all
select min(id), 'same pattern, anchors and key as ' || max(id) from items
group by pattern, list_sort(anchors), answer_node having count(*) > 1
union all
select min(id), 'same words as ' || max(id) from items
group by regexp_replace(lower(question), '[^a-z0-9]+', ' ', 'g') having count(*) > 1;

-- name: Q16 no fact and no words cross a split
with touched as (
    select i.id, i.split, least(i.p.subject, i.p."object") as one, greatest(i.p.subject, i.p."object") as two
    from (select id, split, answer_node, unnest(path) as p from items) i
    where list_has_any(string_split(i.answer_node, '|'), [i.p.subject, i.p."object"])
),
ends as (
    select id, split, list_sort(list_distinct(list_concat(anchors, string_split(answer_node, '|')))) as nodes from items
),
bound as (select id, split, list_sort(list_transform(path, lambda p: p.edge)) as edges from items)
select min(id), 'the edge ' || one || ' – ' || two || ' touches keys of two splits' from touched
group by one, two having count(distinct split) > 1
union all
select min(id), 'same anchors and key in two splits' from ends group by nodes having count(distinct split) > 1
union all
select min(id), 'same binding in two splits' from bound group by edges having count(distinct split) > 1
union all
select min(id), 'same words in two splits' from items
group by regexp_replace(lower(question), '[^a-z0-9]+', ' ', 'g') having count(distinct split) > 1;

-- name: Q18 every step of the thinking path cites an edge of the graph or words of the question
with step as (select id, question, unnest(steps) as s from items)
select id, 'a step cites nothing' from step where len(s.edges) = 0 and len(s.spans) = 0
union all
select t.id, 'a step cites edge ' || t.edge || ', which does not exist'
from (select id, unnest(s.edges) as edge from step) t left join edges e on e.edge = t.edge where e.edge is null
union all
select id, '"' || span || '" does not stand in the question'
from (select id, question, unnest(s.spans) as span from step) where not contains(question, span) or span = ''
union all
select id, 'an edge of the binding is cited by no step' from items
where not list_has_all(
    flatten(list_transform(steps, lambda s: s.edges)), list_transform(path, lambda p: p.edge));
