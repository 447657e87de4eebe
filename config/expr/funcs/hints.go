package funcs

import "strings"

// Hint returns one sentence that names the replacement for an unknown function,
// for names from Terraform, jq, JavaScript, template languages and spreadsheets.
// It returns "" for any other name. It ignores letter case and underscores:
// to_json and toJson get the same answer.
func Hint(name string) string {
	wanted := normalizeName(name)
	for _, f := range All(Options{}) {
		if f.Name == name {
			return ""
		}
		if f.Name == wanted {
			return "function names have lower case letters without underscores: " + f.Params
		}
	}
	for _, hints := range [][]hint{textHints(), listHints(), valueHints(), codingHints(), worldHints()} {
		for _, h := range hints {
			for known := range strings.FieldsSeq(h.names) {
				if known == wanted {
					return h.advice
				}
			}
		}
	}
	return ""
}

func normalizeName(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}

// hint is one advice for many names, which are separated by spaces.
type hint struct {
	names, advice string
}

func textHints() []hint {
	return []hint{
		{"toupper uppercase upcase ucase touppercase asciiupcase", `use upper(text)`},
		{"tolower lowercase downcase lcase tolowercase asciidowncase", `use lower(text)`},
		{"capitalize titlecase totitlecase ucfirst proper totitle", `use title(text)`},
		{"concatenate strcat concatstrings textjoin", `join texts in a template, "${a} ${b}", or with join(separator, list); concat(lists...) joins lists`},
		{"substring mid left right substrb", `use substr(text, offset, length); a negative offset counts from the end`},
		{"strip ltrim rtrim trimstart trimend trimleft trimright trimall", `use trimspace(text), or trim(text, characters), trimprefix(text, prefix) and trimsuffix(text, suffix)`},
		{"repeat rept strrepeat", `use join("", [for i in range(3) : "-"])`},
		{"padleft padstart lpad leftpad zfill zeropad", `use format("%5s", text), or format("%05d", number) for leading zeros`},
		{"padright padend rpad rightpad ljust", `use format("%-10s", text)`},
		{"printf sprintf fmt stringformat formatstring", `use format(format, values...)`},
		{"regexreplace regexreplaceall replaceall gsub sub resub substitute", `use replace(text, search, replacement); a search between slashes, "/[0-9]+/", is a pattern`},
		{"regexmatch match matches test regextest ismatch like rematch", `use can(regex(pattern, text))`},
		{"regexfind regexfindall scan findall capture regexextract", `use regex(pattern, text) for the first match or regexall(pattern, text) for all`},
		{"hasprefix beginswith startwith", `use startswith(text, prefix)`},
		{"hassuffix endwith", `use endswith(text, suffix)`},
		{"splitlines lines explode strsplit", `use split(separator, text), for lines split("\n", text)`},
		{"implode strjoin", `use join(separator, list)`},
		{"strreverse reversestring", `use strrev(text)`},
		{"template render templatefile templatestring", `write the text as a template in the flow, "Hello ${webhook.name}", or read a fixed one with file("path")`},
	}
}

func listHints() []hint {
	return []hint{
		{"len size count strlen cardinality arraylength", `use length(value)`},
		{"includes inlist inarray isin has haskey hasfield exists", `use contains(list, value); for part of a text strcontains(text, part); for a key contains(keys(map), "name") or can(map.name)`},
		{"indexof find findindex position", `use index(list, value)`},
		{"first head", `use element(list, 0), or list[0]`},
		{"last tail", `use element(list, -1)`},
		{"push append add insert prepend listappend", `use concat(list, [value])`},
		{"unique uniq dedupe removeduplicates", `use distinct(list)`},
		{"filter where", `write [for item in list : item if item.qty > 0]`},
		{"foreach each pluck collect", `write [for item in list : item.name], or list[*].name`},
		{"map", `write { key = value } for a map, [for item in list : item.name] to change each element, or tomap(value) to convert`},
		{"reduce fold groupby sortby orderby minby maxby", `use jq(program, value), for example jq("sort_by(.price)", webhook.items)`},
		{"any some", `use anytrue([for item in list : item.qty > 0])`},
		{"all every", `use alltrue([for item in list : item.qty > 0])`},
		{"list array toarray", `write [a, b] for a list, or tolist(value) to convert`},
		{"object dict struct tojsonobject", `write { key = value }`},
		{"set", `use toset(list)`},
		{"union", `use setunion(sets...)`},
		{"intersect intersection", `use setintersection(sets...)`},
		{"difference except minus setdifference without", `use setsubtract(set, without)`},
		{"product cartesian crossjoin", `use setproduct(sets...)`},
		{"entries toentries fromentries withentries pairs items", `write [for key, value in map : { key = key, value = value }], or { for item in list : item.key => item.value }`},
		{"assign extend deepmerge defaults mergemaps", `use merge(maps...); it does not merge inner objects`},
		{"get dig getpath jsonpath getfield jmespath jsonata getvalue", `write the path, webhook.body.a.b, or try(webhook.body.a.b, null) if it may be missing; for queries use jq(program, value)`},
		{"chunk batch partition", `use chunklist(list, size)`},
		{"zip zipobject", `use zipmap(keys, values)`},
		{"seq sequence", `use range(limit)`},
	}
}

func valueHints() []hint {
	return []hint{
		{"int integer toint atoi cint parseinteger number tonum num float parsefloat tofloat todouble double val", `use tonumber(text), and floor(number) to drop a fraction; parseint(text, base) reads other bases`},
		{"string str text cstr strval", `use tostring(value), or a template "${value}"`},
		{"bool boolean parsebool toboolean cbool", `use tobool(value)`},
		{"if ifelse iif iff cond ternary when choose", `write condition ? value : other`},
		{"default ifnull nvl orelse isnull isempty empty ifempty notnull coalescenull", `use coalesce(value, fallback), which skips null and empty texts; compare with value == null`},
		{"iferror iserror attempt trycatch defined isset hasindex", `use try(expression, fallback) or can(expression)`},
		{"round rounded fixed tofixed", `use floor(number + 0.5), or format("%.2f", number) for a text with decimals`},
		{"trunc truncate", `use floor(number)`},
		{"ceiling roundup", `use ceil(number)`},
		{"mod modulo modulus remainder", `write a % b`},
		{"subtract multiply divide plus times negate", `use the operators + - * and /`},
		{"power exponent exp", `use pow(number, exponent)`},
		{"sqrt", `use pow(number, 0.5)`},
		{"absolute", `use abs(number)`},
		{"sign sgn", `use signum(number)`},
		{"minimum smallest", `use min(numbers...), for a list min(list...)`},
		{"maximum largest greatest", `use max(numbers...), for a list max(list...)`},
		{"average avg mean", `use sum(list) / length(list)`},
		{"total addall", `use sum(list)`},
		{"type typeof kind istype", `declare the type in a variable block of the trigger; can(tonumber(value)) tests for a number`},
		{"eq equal equals notequal ne gt lt ge le and or not xor", `use the operators == != < > && || and !`},
		{"sensitive issensitive mask redact", `values of a secret block are always redacted; sensitive = true on an action redacts its inputs, its outputs and what other actions compute from them`},
		{"unsensitive reveal unmask desensitize", `use nonsensitive(value)`},
	}
}

func codingHints() []hint {
	return []hint{
		{"tojson json jsonstringify stringify jsondump jsondumps encodejson marshal tojsonstring jsonserialize", `use jsonencode(value)`},
		{"fromjson parsejson jsonparse decodejson unmarshal jsonload jsonloads", `use jsondecode(text)`},
		{"btoa b64enc tobase64 base64 encodebase64 b64encode textencodebase64", `use base64encode(text), or base64urlencode(text) for URLs`},
		{"atob b64dec frombase64 decodebase64 b64decode textdecodebase64", `use base64decode(text), or base64urldecode(text) for base64 with - and _`},
		{"encodeuri encodeuricomponent uriencode urlquery urlescape escapeuri uri percentencode", `use urlencode(text)`},
		{"decodeuri decodeuricomponent uridecode urlunescape unescapeuri", `use urldecode(text)`},
		{"yamldecode yamlencode toyaml fromyaml parseyaml", `YAML is not supported; use jsondecode(text) and jsonencode(value) for JSON`},
		{"parsecsv fromcsv csvparse csv", `use csvdecode(text)`},
		{"csvencode tocsv", `build the lines with join(separator, list), or use jq("@csv", list)`},
		{"base64gzip gzip compress", `compression is not supported`},
		{"raw safe htmlsafe safehtml noescape unescape trusted markup", `use unescaped(value) to keep a value unchanged in an attribute that escapes`},
		{"escape htmlescape escapehtml htmlencode slackescape markdownescape", `attributes with HTML, Slack text or Markdown escape the values of a run themselves`},
		{"hash sha sha2 hex hexdigest checksum sha384 digest", `use sha256(text) or sha512(text)`},
		{"hmacsha1 hmacsha256 hmacsha512 hmacmd5 signature", `use hmac(algorithm, key, message), for example hmac("sha256", secret.key, text)`},
		{"filesha256 filemd5 filesha1 filesha512 filebase64sha256 filebase64sha512", `use sha256(file("path"))`},
		{"bcrypt encrypt decrypt rsadecrypt aes", `encryption is not supported; hmac(algorithm, key, message) signs`},
		{"uuid3 uuid5 uuidfromname", `use uuidv5(namespace, name)`},
	}
}

func worldHints() []hint {
	return []hint{
		{"timestamp now plantimestamp time date today utcnow getdate currenttime currentdate sysdate gettime systime", `read the time from the run, so that a retry uses the same: run.started_at or webhook.received_at, with formatdate(format, time) and timeadd(time, duration)`},
		{"dateformat formattime strftime datetimeformat timeformat todatestring", `use formatdate(format, time)`},
		{"totimezone timezone tolocaltime localtime inzone astimezone converttimezone", `use formatdate(format, time, zone), for example formatdate("hh:mm", run.started_at, "Europe/Berlin")`},
		{"dateadd addtime addduration plusdays adddays plustime", `use timeadd(time, duration), for example timeadd(run.started_at, "7d")`},
		{"datediff timediff comparetime datecompare", `use timecmp(a, b) to compare; jq("fromdateiso8601", time) returns Unix seconds`},
		{"todate unixtime fromunixtime fromtimestamp todatetime totime", `times are RFC 3339 text; jq("todate", seconds) converts Unix seconds`},
		{"parsedate strptime datetimeparse timeparse strtotime", `use parsetime(format, text[, zone]), for example parsetime("DD.MM.YYYY", "24.12.2026")`},
		{"uuid uuidv4 uuid4 uuidv7 guid newguid random rand randint randomuuid randomint randombetween nanoid ulid shuffle", `functions return the same for the same arguments; use run.id for something unique, or uuidv5(namespace, name)`},
		{"getenv environ environment envvar osgetenv envor", `use env("NAME", "default")`},
		{"secret getsecret vault credential password", `declare a secret block and write secret.name`},
		{"readfile filecontent include import", `use file("path")`},
		{"fileexists", `use can(file("path"))`},
		{"fileset abspath dirname basename pathexpand glob", `paths can't be computed; name the file in file("path")`},
		{"print println echo console debug dump trace", `write an action "log" with the message`},
		{"error fail throw raise panic abort assert", `write an action "stop" with status = "failed" and a message`},
		{"fetch http httpget httppost curl request geturl", `write an action "http" and use its result`},
		{"sleep wait delay pause", `write an action "delay"`},
		{"exec shell system command run", `write an action "exec"`},
		{"cidrhost cidrnetmask cidrsubnet cidrsubnets cidrcontains", `IP addresses can't be computed; allow_ips in a trigger compares them`},
	}
}
