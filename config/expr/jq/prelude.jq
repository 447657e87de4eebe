# Functions of jq that this package replaces. gw_f stands for this package's own
# f, defined here or in functions.go; other names are those of gojq.

def gw_modify(p; f): gw_update as $u
  | (reduce path(p) as $q (null;
      label $out | ((gw_current($u; $q) | f | gw_set($u; $q; .) | (., break $out)), gw_drop($u; $q))))
  | gw_updated($u);
def gw_assign(p; $x): gw_update as $u | (reduce path(p) as $q (null; gw_set($u; $q; $x))) | gw_updated($u);
def gw_pick(f): . as $v | (null | gw_update) as $u
  | (reduce path(f) as $p (null; gw_set($u; $p; $v | getpath($p)))) | gw_updated($u);
def gw_del(f): gw_delpaths([path(f) | gw_counted]);

def gw_map(f): [.[] | f];
def gw_map_values(f): gw_modify(.[]; f);
def gw_add(f): [f] | gw_add;
def gw_keys: gw_countkeys | keys;
def gw_reverse: gw_countcopy | reverse;
def gw_to_entries: gw_countentries | to_entries;
def gw_from_entries: gw_countmembers | from_entries;
def gw_with_entries(f): gw_to_entries | gw_map(f) | gw_from_entries;
def gw_paths: paths | gw_counted;
def gw_paths(f): paths(f) | gw_counted;
def gw_tostream: tostream | gw_counted;
def gw_truncate_stream(f): truncate_stream(f) | gw_counted;
def gw_JOIN($i; f): [JOIN($i; .[]; f) | gw_counted];
def gw_JOIN($i; s; f): JOIN($i; s; f) | gw_counted;
def gw_JOIN($i; s; f; g): JOIN($i; s; f) | gw_counted | g;
def gw_frexp: frexp | gw_counted;
def gw_modf: modf | gw_counted;
def gw_builtins: builtins | gw_counted;
def gw_env: env | gw_counted;
def gw_gmtime: gmtime | gw_counted;
def gw_localtime: localtime | gw_counted;
def gw_todate: todate | gw_counted;
def gw_todateiso8601: todateiso8601 | gw_counted;
def gw_ascii_downcase: gw_counted | ascii_downcase;
def gw_ascii_upcase: gw_counted | ascii_upcase;
def gw_implode: gw_countrunes | implode;
def gw_walk(f): def w: if type == "array" then gw_map(w) elif type == "object" then gw_map_values(w) else . end | f; w;
def gw_combinations: combinations | gw_counted;
def gw_combinations(n): [limit(n; repeat(.))] | gw_combinations;
def gw_toarray: if type == "array" then . else [.] end;
def gw_have_literal_numbers: true;
def gw_have_decnum: false;
def gw_fromstream(f): foreach f as $pv (null;
    if .e then null else . end | $pv as [$p, $v]
    | if $pv | length == 2 then gw_setpath(["v"] + $p; $v) | gw_setpath(["e"]; $p | length == 0)
      else gw_setpath(["e"]; $p | length == 1) end;
    if .e then .v else empty end);
def gw_INDEX(stream; f): reduce stream as $row ({}; gw_assign(.[$row | f | gw_sized | tostring]; $row));
def gw_INDEX(f): gw_INDEX(.[]; f);
def gw_IN(s): any(gw_equal(s; .); .);
def gw_IN(src; s): any(gw_equal(src; s); .);

def gw_min_by(f): gw_minkeyed(gw_map([f]));
def gw_max_by(f): gw_maxkeyed(gw_map([f]));
def gw_sort_by(f): gw_sortkeyed(gw_map([f]));
def gw_group_by(f): gw_groupkeyed(gw_map([f]));
def gw_unique_by(f): gw_uniquekeyed(gw_map([f]));
def gw_flatten: gw_flat(-1) | flatten;
def gw_flatten($depth): gw_flat($depth) | flatten($depth);
def gw_transpose: gw_matrix | transpose;
def gw_join($s): gw_joined($s) | join($s);
def gw_split($s): gw_pieces($s) | split($s);
def gw_explode: gw_runes | explode;

def gw_tostring: gw_sized | tostring;
def gw_tojson: gw_sized | tojson;
def gw_format($f): gw_sized | format($f) | gw_counted;
def gw_fromjson: gw_json | fromjson | gw_decoded;
def gw_tonumber: gw_digits | tonumber;
def gw_error: gw_sized | error;
def gw_halt_error: gw_sized | halt_error;
def gw_halt_error($code): gw_sized | halt_error($code);
def gw_strftime($f): strftime($f | gw_timeformat) | gw_counted;
def gw_strflocaltime($f): strflocaltime($f | gw_timeformat) | gw_counted;
def gw_strptime($f): gw_timeparts($f | gw_timeformat) | gw_counted;
def gw_fromdateiso8601: gw_unixtime;
def gw_fromdate: gw_unixtime;

def gw_match($re): if $re | type == "array" then gw_match($re[0]; $re[1]) else gw_match($re; null) end;
def gw_match($re; $flags): gw_matches($re; $flags);
def gw_test($re): if $re | type == "array" then gw_test($re[0]; $re[1]) else gw_test($re; null) end;
def gw_test($re; $flags): gw_tested($re; $flags);
def gw_capture($re): if $re | type == "array" then gw_capture($re[0]; $re[1]) else gw_capture($re; null) end;
def gw_capture($re; $flags): gw_captured($re; $flags);
def gw_scan($re): gw_scan($re; null);
def gw_scan($re; $flags): gw_scanned($re; $flags + "g");
def gw_splits($re; $flags): gw_parts($re; $flags + "g");
def gw_splits($re): gw_splits($re; null);
def gw_split($re; $flags): [gw_splits($re; $flags)];
def gw_sub($re; str; $flags): gw_substitution($re; $flags) as $m
  | (reduce gw_captures($m) as $c (null; reduce ($c | str) as $s (null; gw_replace($m; $s))))
  | gw_replaced($m);
def gw_sub($re; str): gw_sub($re; str; null);
def gw_gsub($re; str): gw_sub($re; str; "g");
def gw_gsub($re; str; $flags): gw_sub($re; str; $flags + "g");

# sub and gsub with a replacement that is template number $t of the program.
def gw_subtemplate($re; $t; $flags): gw_templated($re; $t; $flags);
def gw_subtemplate($re; $t): gw_subtemplate($re; $t; null);
def gw_gsubtemplate($re; $t): gw_subtemplate($re; $t; "g");
def gw_gsubtemplate($re; $t; $flags): gw_subtemplate($re; $t; $flags + "g");
