package gateway

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// findingsBody is what a load found; see package config/diag.
type findingsBody struct {
	Format      string            `json:"format_version"`
	Valid       bool              `json:"valid"`
	Errors      int               `json:"error_count"`
	Warnings    int               `json:"warning_count"`
	Diagnostics []json.RawMessage `json:"diagnostics"`
}

// openAPI describes a table of routes as OpenAPI 3.1 does.
func openAPI(table adminMux, version string) map[string]any {
	d := describer{schemas: map[string]any{}}
	paths := map[string]any{}
	for i := range table {
		r := &table[i]
		operations, ok := paths[r.path].(map[string]any)
		if !ok {
			operations = map[string]any{}
			paths[r.path] = operations
		}
		operations[strings.ToLower(r.method)] = d.operation(r)
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": "Admin API of the gateway", "version": version,
			"description": "Health, metrics, flows, the history of runs, and contacts. Secrets are hidden in all answers.",
			"license":     map[string]any{"name": "Apache-2.0", "identifier": "Apache-2.0"},
		},
		"paths": paths,
		"components": map[string]any{
			"schemas": d.schemas,
			"securitySchemes": map[string]any{"token": map[string]any{
				"type": "http", "scheme": "bearer", "description": "The admin token. On loopback it may be left out.",
			}},
		},
		"security": []any{map[string]any{"token": []string{}}, map[string]any{}},
	}
}

// describer collects the schemas that operations refer to.
type describer struct{ schemas map[string]any }

func (d *describer) operation(r *adminRoute) map[string]any {
	out := map[string]any{"operationId": r.id, "summary": r.about, "responses": d.responses(r)}
	if strings.HasSuffix(r.path, "z") {
		out["security"] = []any{} // health checks need no token
	}
	var params []any
	for _, p := range r.params {
		params = append(params, parameter(r, p))
	}
	if len(params) > 0 {
		out["parameters"] = params
	}
	if r.body != nil {
		out["requestBody"] = map[string]any{"required": true, "content": d.content(adminAnswer{body: r.body})}
	}
	return out
}

func parameter(r *adminRoute, p adminParam) map[string]any {
	out := map[string]any{"name": p.name, "in": "query", "description": p.about, "schema": p.shape}
	switch {
	case r.inPath(p.name):
		out["in"], out["required"] = "path", true
	case p.many:
		out["schema"] = map[string]any{"type": "array", "items": p.shape}
		out["explode"] = true
	}
	return out
}

// responses are the route's own answers and those of what stands before it.
func (d *describer) responses(r *adminRoute) map[string]any {
	answers := r.answers[:len(r.answers):len(r.answers)]
	if !strings.HasSuffix(r.path, "z") {
		answers = append(answers, refusal(http.StatusUnauthorized, "The token is missing or wrong."),
			refusal(http.StatusForbidden, "The host or the origin is not allowed."))
	}
	if r.inAPI() {
		answers = append(answers, refusal(http.StatusBadRequest, "A parameter is unknown or wrong."))
	}
	out := map[string]any{}
	for _, a := range answers {
		out[strconv.Itoa(a.status)] = map[string]any{"description": a.about, "content": d.content(a)}
	}
	return out
}

func (d *describer) content(a adminAnswer) map[string]any {
	media := a.media
	if media == "" {
		media = "application/json"
	}
	shape := textShape()
	if a.body != nil {
		shape = d.schema(reflect.TypeOf(a.body))
	}
	return map[string]any{media: map[string]any{"schema": shape}}
}

// schema describes what encoding/json makes of a type, as JSON Schema does.
func (d *describer) schema(t reflect.Type) map[string]any {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[json.RawMessage]():
		return map[string]any{} // any value
	}
	switch t.Kind() {
	case reflect.Pointer:
		return d.schema(t.Elem())
	case reflect.Struct:
		return d.named(t)
	case reflect.Slice:
		return map[string]any{"type": "array", "items": d.schema(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": d.schema(t.Elem())}
	case reflect.Bool:
		return shape("boolean")
	case reflect.Int, reflect.Int64:
		return shape("integer")
	case reflect.Float64:
		return shape("number")
	case reflect.String:
		return textShape()
	}
	return map[string]any{}
}

// named refers to the schema of a struct, which it makes where it is new.
func (d *describer) named(t reflect.Type) map[string]any {
	name := strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
	if name = strings.TrimSuffix(name, "Body"); name == "Document" {
		name = "Problem"
	}
	if _, known := d.schemas[name]; !known {
		object := map[string]any{"type": "object"}
		d.schemas[name] = object // before its members, which may refer to it
		properties, required := map[string]any{}, []string{}
		d.members(t, properties, &required)
		object["properties"], object["required"] = properties, required
	}
	return map[string]any{"$ref": "#/components/schemas/" + name}
}

func (d *describer) members(t reflect.Type, properties map[string]any, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			d.members(f.Type, properties, required)
			continue
		case name == "" || name == "-":
			continue
		}
		properties[name] = d.member(f, options)
		if !strings.Contains(options, "omit") {
			*required = append(*required, name)
		}
	}
}

func (d *describer) member(f reflect.StructField, options string) map[string]any {
	out := d.schema(f.Type)
	if f.Type.Kind() == reflect.Pointer && !strings.Contains(options, "omit") {
		out = map[string]any{"anyOf": []any{out, shape("null")}}
	}
	if about := f.Tag.Get("about"); about != "" {
		out["description"] = about
	}
	return out
}
