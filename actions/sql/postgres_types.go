package sql

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// postgresType is a type of PostgreSQL.
type postgresType struct {
	name      string         // as the catalog has it, such as "int4"
	builtin   bool           // it is in pg_catalog, so its name identifies it
	text      bool           // it holds texts
	array     bool           // below is the type of its elements
	below     *postgresType  // of the elements of an array, or under a domain; nil for others
	delimiter byte           // between the elements of an array
	codec     *postgresCodec // nil for types without a form of their own
}

// postgresTypes are the types that a connection has met, by their OID.
type postgresTypes map[uint32]*postgresType

// connectionTypes returns the types of a connection. Another connection may
// lead to another database, in which the OIDs are different.
func connectionTypes(pg *pgconn.PgConn) postgresTypes {
	const key = "gateway types"
	types, ok := pg.CustomData()[key].(postgresTypes)
	if !ok {
		types = builtinTypes()
		pg.CustomData()[key] = types
	}
	return types
}

// builtinTypes returns the frequent types, whose OIDs are the same in every
// database.
func builtinTypes() postgresTypes {
	types := postgresTypes{}
	for oid, name := range map[uint32]string{
		pgtype.BoolOID: "bool", pgtype.Int2OID: "int2", pgtype.Int4OID: "int4", pgtype.Int8OID: "int8", pgtype.NumericOID: "numeric",
		pgtype.Float4OID: "float4", pgtype.Float8OID: "float8", pgtype.TextOID: "text", pgtype.VarcharOID: "varchar", pgtype.BPCharOID: "bpchar",
		pgtype.UUIDOID: "uuid", pgtype.ByteaOID: "bytea", pgtype.JSONOID: "json", pgtype.JSONBOID: "jsonb",
		pgtype.DateOID: "date", pgtype.TimeOID: "time", pgtype.TimestampOID: "timestamp", pgtype.TimestamptzOID: "timestamptz", pgtype.UnknownOID: "unknown",
	} {
		types.add(oid, &postgresType{name: name, builtin: true, text: slices.Contains([]string{"text", "varchar", "bpchar", "unknown"}, name)})
	}
	for array, element := range map[uint32]uint32{pgtype.Int4ArrayOID: pgtype.Int4OID, pgtype.Int8ArrayOID: pgtype.Int8OID, pgtype.TextArrayOID: pgtype.TextOID, pgtype.UUIDArrayOID: pgtype.UUIDOID} {
		types[array] = &postgresType{array: true, below: types[element], delimiter: ','}
	}
	return types
}

// typeOf returns a type. One that the server did not describe, such as that of a
// column of FETCH, holds texts.
func (types postgresTypes) typeOf(oid uint32) *postgresType {
	if t := types[oid]; t != nil {
		return t
	}
	return &postgresType{text: true}
}

func (types postgresTypes) add(oid uint32, t *postgresType) {
	t.codec = codecOf(t)
	types[oid] = t
}

// describe asks the server for the parameters and columns of a statement, and
// for the types that the connection has not met.
func (types postgresTypes) describe(ctx context.Context, pg *pgconn.PgConn, text string) (*pgconn.StatementDescription, error) {
	d, err := pg.Prepare(ctx, "", text, nil)
	if err != nil {
		return nil, err
	}
	oids := slices.Clone(d.ParamOIDs)
	for _, f := range d.Fields {
		oids = append(oids, f.DataTypeOID)
	}
	if loaded, err := types.load(ctx, pg, oids); !loaded || err != nil {
		return d, err
	}
	return pg.Prepare(ctx, "", text, nil) // load has used the unnamed statement
}

// load reads types from the catalog, with the types below them. It returns
// false if all of them are known.
func (types postgresTypes) load(ctx context.Context, pg *pgconn.PgConn, oids []uint32) (bool, error) {
	var unknown []string
	for _, oid := range oids {
		if types[oid] == nil {
			unknown = append(unknown, strconv.FormatUint(uint64(oid), 10))
		}
	}
	if len(unknown) == 0 {
		return false, nil
	}
	results, err := pg.Exec(ctx, strings.Replace(typeQuery, "LIST", strings.Join(unknown, ", "), 1)).ReadAll()
	if err != nil {
		return false, err
	}
	below := map[uint32]uint32{}
	for _, row := range results[0].Rows {
		oid, lower := parseOID(row[0]), parseOID(row[5])
		if lower != 0 {
			below[oid] = lower
		}
		types.add(oid, &postgresType{name: string(row[1]), builtin: isTrue(row[2]), text: isTrue(row[3]), array: isTrue(row[4]), delimiter: row[6][0]})
	}
	for oid, lower := range below {
		types[oid].below = types[lower]
		types[oid].array = types[oid].array && types[lower] != nil
	}
	return true, nil
}

// typeQuery reads types and all types below them. The delimiter of an array
// is that of its elements.
const typeQuery = `
WITH RECURSIVE met AS (
	SELECT * FROM pg_catalog.pg_type WHERE oid IN (LIST)
	UNION ALL
	SELECT lower.* FROM met JOIN pg_catalog.pg_type lower ON lower.oid = CASE WHEN met.typtype = 'd' THEN met.typbasetype ELSE met.typelem END
)
SELECT DISTINCT met.oid, met.typname, met.typnamespace = 'pg_catalog'::regnamespace, met.typcategory = 'S', element.oid IS NOT NULL,
	CASE WHEN met.typtype = 'd' THEN met.typbasetype WHEN element.oid IS NOT NULL THEN element.oid ELSE 0 END, coalesce(element.typdelim, met.typdelim)
FROM met LEFT JOIN pg_catalog.pg_type element ON element.oid = met.typelem AND element.typarray = met.oid`

func parseOID(text []byte) uint32 {
	n, err := strconv.ParseUint(string(text), 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

func isTrue(text []byte) bool { return string(text) == "t" }
