package api

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// schema is the part of JSON Schema that the API uses. One value both describes
// data in the OpenAPI document and checks it, so the two can't differ.
type schema struct {
	Ref                  string             `json:"$ref,omitempty"`
	Type                 string             `json:"type,omitempty"`
	Format               string             `json:"format,omitempty"`
	Description          string             `json:"description,omitempty"`
	Enum                 []string           `json:"enum,omitempty"`
	Minimum              *int               `json:"minimum,omitempty"`
	Maximum              *int               `json:"maximum,omitempty"`
	MinLength            *int               `json:"minLength,omitempty"`
	Default              any                `json:"default,omitempty"`
	Items                *schema            `json:"items,omitempty"`
	Properties           map[string]*schema `json:"properties,omitempty"`
	Required             []string           `json:"required,omitempty"`
	AdditionalProperties *schema            `json:"additionalProperties,omitempty"`
	AnyOf                []*schema          `json:"anyOf,omitempty"`
}

// schemas are the named schemas of a document, by the name of their Go type.
type schemas map[string]*schema

// schemaOf returns the schema of the JSON that encoding/json makes of a type.
func (s schemas) schemaOf(t reflect.Type) *schema {
	switch t {
	case reflect.TypeFor[time.Time]():
		return &schema{Type: "string", Format: "date-time"}
	case reflect.TypeFor[json.RawMessage]():
		return &schema{} // any value
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.schemaOf(t.Elem())
	case reflect.Struct:
		return s.refTo(t)
	case reflect.Slice:
		return &schema{Type: "array", Items: s.schemaOf(t.Elem())}
	case reflect.Map:
		return &schema{Type: "object", AdditionalProperties: s.schemaOf(t.Elem())}
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.Int, reflect.Int64:
		return &schema{Type: "integer"}
	case reflect.Float64:
		return &schema{Type: "number"}
	case reflect.String:
		return &schema{Type: "string", Enum: enumOf(t)}
	}
	return &schema{}
}

// enumOf returns the values of a string type that has a fixed list of them.
func enumOf(t reflect.Type) []string {
	if named, ok := reflect.Zero(t).Interface().(interface{ Names() []string }); ok {
		return named.Names()
	}
	return nil
}

// refTo returns a reference to the schema of a struct, which it adds if it is
// missing.
func (s schemas) refTo(t reflect.Type) *schema {
	name := t.Name()
	if t == problemType {
		name = "Problem"
	}
	if _, known := s[name]; !known {
		object := &schema{Type: "object", Properties: map[string]*schema{}}
		s[name] = object // before its members, which may refer to it
		for _, m := range s.membersOf(t) {
			object.Properties[m.name] = m.schema
			if m.required {
				object.Required = append(object.Required, m.name)
			}
		}
	}
	return &schema{Ref: refPrefix + name}
}

const refPrefix = "#/components/schemas/"

// resolve follows a reference.
func (s schemas) resolve(of *schema) *schema {
	if of.Ref == "" {
		return of
	}
	return s[strings.TrimPrefix(of.Ref, refPrefix)]
}

// member is a member of a struct as JSON has it.
type member struct {
	name     string
	required bool
	schema   *schema
}

// membersOf returns the members of a struct, those of embedded structs included,
// in their order.
func (s schemas) membersOf(t reflect.Type) []member {
	var out []member
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			out = append(out, s.membersOf(f.Type)...)
		case name != "" && name != "-":
			optional := strings.Contains(options, "omit")
			out = append(out, member{name, !optional, s.memberSchema(f, optional)})
		}
	}
	return out
}

func (s schemas) memberSchema(f reflect.StructField, optional bool) *schema {
	out := s.schemaOf(f.Type)
	if f.Type.Kind() == reflect.Pointer && !optional {
		out = &schema{AnyOf: []*schema{out, {Type: "null"}}}
	}
	out.Description = f.Tag.Get("doc")
	out.Minimum, out.Maximum, out.MinLength = intTag(f, "minimum"), intTag(f, "maximum"), intTag(f, "minLength")
	if n := intTag(f, "default"); n != nil {
		out.Default = *n
	}
	return out
}

func intTag(f reflect.StructField, name string) *int {
	n, err := strconv.Atoi(f.Tag.Get(name))
	if err != nil {
		return nil
	}
	return &n
}
