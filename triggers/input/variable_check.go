package input

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
)

// checkSettings compiles the rules of a variable and checks its default against
// them.
func (v *Variable) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if v.isUnknown {
		return nil
	}
	diags := v.checkSource(d)
	diags = append(diags, v.checkEnum(d)...)
	diags = append(diags, v.checkPattern(d)...)
	diags = append(diags, v.checkFormat(d)...)
	diags = append(diags, v.checkBounds(d)...)
	if diags.HasErrors() || v.Default == nil {
		return diags
	}
	return append(diags, v.checkDefault(d)...)
}

func (v *Variable) checkSource(d *schema.Decoded) hcl.Diagnostics {
	if v.Type.isScalar() || v.From.Text != nil || (v.From.Part != PartHeader && v.From.Part != PartPath) {
		return nil
	}
	return hcl.Diagnostics{d.Problem("type", "Wrong type",
		fmt.Sprintf("A %s value is one text: its type is string, number or bool.", v.From.Part))}
}

func (v *Variable) checkEnum(d *schema.Decoded) hcl.Diagnostics {
	if v.enum == nil {
		return nil
	}
	if len(v.enum) == 0 {
		return hcl.Diagnostics{d.Problem("enum", "Wrong enum", "An empty list accepts no value at all. Leave it out to accept any value.")}
	}
	var diags hcl.Diagnostics
	for i, e := range v.enum {
		if e == nil {
			diags = append(diags, d.Problem("enum", "Wrong enum", "Null counts as missing. Write required = false to accept it."))
			continue
		}
		out, faults := convertLiteral(v.Type, e)
		for _, f := range faults {
			diags = append(diags, d.Problem("enum", "Wrong enum",
				fmt.Sprintf("Element %d does not fit the type. %s", i, describeFault(f))))
		}
		v.rules.enum = append(v.rules.enum, out)
	}
	v.rules.enumText = formatEnum(v.rules.enum)
	return diags
}

func (v *Variable) checkPattern(d *schema.Decoded) hcl.Diagnostics {
	if v.pattern == "" {
		return nil
	}
	if v.Type.kind != kindString {
		return hcl.Diagnostics{d.Problem("pattern", "Wrong pattern", "Only a variable of type string can have a pattern.")}
	}
	re, err := regexp.Compile(v.pattern)
	if err != nil {
		return hcl.Diagnostics{d.Problem("pattern", "Wrong pattern", diag.Sentence(err)+" The syntax is RE2's.")}
	}
	v.rules.pattern = re
	return nil
}

func (v *Variable) checkFormat(d *schema.Decoded) hcl.Diagnostics {
	if v.formatName == "" {
		return nil
	}
	if v.Type.kind != kindString {
		return hcl.Diagnostics{d.Problem("format", "Wrong format", "Only a variable of type string can have a format. Add type = string.")}
	}
	v.rules.format = findFormat(v.formatName)
	if v.rules.format == nil {
		return hcl.Diagnostics{d.Problem("format", "Wrong format", fmt.Sprintf("%q is not one of %s.%s",
			v.formatName, diag.QuoteList(formatNames()), diag.DidYouMean(v.formatName, formatNames())))}
	}
	return nil
}

func (v *Variable) checkBounds(d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, b := range []struct {
		name  string
		given any
		dst   **bound
	}{{"min", v.minimum, &v.rules.min}, {"max", v.maximum, &v.rules.max}} {
		if b.given == nil {
			continue
		}
		limit, err := v.parseBound(b.given)
		if err != nil {
			diags = append(diags, d.Problem(b.name, fmt.Sprintf("Wrong value for %q", b.name), diag.Sentence(err)))
		}
		*b.dst = limit
	}
	minimum, maximum := v.rules.min, v.rules.max
	if diags.HasErrors() || minimum == nil || maximum == nil {
		return diags
	}
	if compareNumbers(minimum.number, maximum.number) > 0 {
		diags = append(diags, d.Problem("min", `Wrong value for "min"`, "It is greater than max, so no value would be accepted."))
	}
	return diags
}

// parseBound reads a minimum or maximum for the type of the variable.
func (v *Variable) parseBound(given any) (*bound, error) {
	n, ok := given.(json.Number)
	if !ok {
		return nil, errors.New("it must be a number")
	}
	switch v.Type.kind {
	case kindNumber:
		return &bound{number: n}, nil
	case kindString, kindList:
		count, err := strconv.Atoi(string(n))
		if err != nil || count < 0 {
			return nil, errors.New("a length is a whole number from 0")
		}
		return &bound{number: n, count: count}, nil
	}
	return nil, errors.New("only a variable of type number, string or array can have min or max")
}

func (v *Variable) checkDefault(d *schema.Decoded) hcl.Diagnostics {
	c := &Checker{part: PartBody}
	out, _ := c.convert(v.Type, v.Default)
	if c.faults.Total == 0 {
		v.rules.checkValue(c, out)
	}
	v.Default = out
	var diags hcl.Diagnostics
	for _, f := range c.faults.List {
		diags = append(diags, d.Problem("default", "Wrong default", describeFault(f)))
	}
	return diags
}
