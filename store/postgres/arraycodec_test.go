package postgres

import (
	"bytes"
	"math"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
)

// TestArrayCodec compares the columns that arrayCodec encodes with those of pgx.
func TestArrayCodec(t *testing.T) {
	t.Parallel()
	ours, theirs := pgtype.NewMap(), pgtype.NewMap()
	registerArrays(ours)
	big := bytes.Repeat([]byte("x"), 100_000)
	for name, column := range map[string]struct {
		oid   uint32
		value any
	}{
		"bytes":      {pgtype.ByteaArrayOID, pgtype.FlatArray[[]byte]{[]byte("a"), nil, {}, big}},
		"no null":    {pgtype.ByteaArrayOID, pgtype.FlatArray[[]byte]{[]byte("a"), []byte("b")}},
		"no rows":    {pgtype.ByteaArrayOID, pgtype.FlatArray[[]byte]{}},
		"no column":  {pgtype.ByteaArrayOID, pgtype.FlatArray[[]byte](nil)},
		"texts":      {pgtype.TextArrayOID, pgtype.FlatArray[string]{"", "a", "ä", "\x00", "\xff"}},
		"texts null": {pgtype.TextArrayOID, pgtype.FlatArray[*string]{nil, new(string)}},
		"ids":        {pgtype.UUIDArrayOID, pgtype.FlatArray[[16]byte]{{}, {1, 2, 15: 255}}},
		"ids null":   {pgtype.UUIDArrayOID, pgtype.FlatArray[*[16]byte]{nil, {1}}},
		"numbers":    {pgtype.Int8ArrayOID, pgtype.FlatArray[int64]{0, -1, math.MaxInt64, math.MinInt64}},
		"small ones": {pgtype.Int2ArrayOID, pgtype.FlatArray[int16]{0, -1, math.MaxInt16}},
		"other ones": {pgtype.Int8ArrayOID, pgtype.FlatArray[int]{1, -1}},
		"a slice":    {pgtype.TextArrayOID, []string{"a"}},
	} {
		prefix := []byte("the value before")
		want, err := theirs.Encode(column.oid, pgtype.BinaryFormatCode, column.value, bytes.Clone(prefix))
		if err != nil {
			t.Fatalf("%s: pgx: %v", name, err)
		}
		got, err := ours.Encode(column.oid, pgtype.BinaryFormatCode, column.value, bytes.Clone(prefix))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v\ngot  %.80q\nwant %.80q", name, err, got, want)
		}
	}
}
