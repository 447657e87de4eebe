package sql

import (
	"fmt"
	"strings"
)

// typeMapping documents how values of some types of columns are read and
// written.
type typeMapping struct {
	types string
	read  string // in rows
	write string // in args
}

// mappingTables writes the mapping of each engine for the reference.
func mappingTables() string {
	var b strings.Builder
	for _, e := range []*engine{postgresEngine(), mysqlEngine(), sqliteEngine()} {
		fmt.Fprintf(&b, "\n\n%s:\n\n| type of the column | in `rows` | in `args` |\n| --- | --- | --- |", e.title)
		for _, m := range e.mapping {
			fmt.Fprintf(&b, "\n| %s | %s | %s |", m.types, m.read, m.write)
		}
	}
	return b.String()
}
