package postgres

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5/pgtype"
)

// arrayCodec encodes the columns of a batch. The codec of pgx, which does all else,
// asks for the plan of each value and grows its buffer with each: the payloads of a
// batch were copied several times.
type arrayCodec[T any] struct {
	pgtype.Codec
	element uint32
	size    func(T) int // of a value; nullSize for null
	append  func([]byte, T) []byte
}

// nullSize is the length of null in a binary array.
const nullSize = -1

// registerArrays makes the connection of m encode columns by arrayCodec.
func registerArrays(m *pgtype.Map) {
	registerArray(m, pgtype.ByteaArrayOID, &arrayCodec[[]byte]{element: pgtype.ByteaOID, size: bytesSize, append: func(to, b []byte) []byte { return append(to, b...) }})
	registerArray(m, pgtype.TextArrayOID, &arrayCodec[string]{element: pgtype.TextOID, size: func(s string) int { return len(s) }, append: func(to []byte, s string) []byte { return append(to, s...) }})
	registerArray(m, pgtype.UUIDArrayOID, &arrayCodec[[16]byte]{element: pgtype.UUIDOID, size: func([16]byte) int { return 16 }, append: func(to []byte, id [16]byte) []byte { return append(to, id[:]...) }})
	registerArray(m, pgtype.Int8ArrayOID, &arrayCodec[int64]{element: pgtype.Int8OID, size: func(int64) int { return 8 }, append: func(to []byte, n int64) []byte {
		return binary.BigEndian.AppendUint64(to, uint64(n)) //nolint:gosec // its bits
	}})
}

func bytesSize(b []byte) int {
	if b == nil {
		return nullSize
	}
	return len(b)
}

func registerArray[T any](m *pgtype.Map, oid uint32, c *arrayCodec[T]) {
	t, known := m.TypeForOID(oid)
	if !known {
		return
	}
	c.Codec = t.Codec
	m.RegisterType(&pgtype.Type{Name: t.Name, OID: oid, Codec: c})
}

// PlanEncode returns the codec itself for a column with rows.
func (c *arrayCodec[T]) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.(pgtype.FlatArray[T]); ok && format == pgtype.BinaryFormatCode {
		return c
	}
	return c.Codec.PlanEncode(m, oid, format, value)
}

// Encode appends a column in the binary format of arrays: the number of dimensions,
// whether there is a null, the type of the values, their number, the lowest index, and
// each value after its length.
func (c *arrayCodec[T]) Encode(value any, to []byte) ([]byte, error) {
	values, ok := value.(pgtype.FlatArray[T])
	if !ok {
		return nil, fmt.Errorf("a column is a %T", value)
	}
	total, nulls := 5*4, uint32(0)
	for _, v := range values {
		n := c.size(v)
		if n == nullSize {
			nulls = 1
		}
		total += 4 + max(n, 0)
	}
	to = slices.Grow(to, total)
	for _, n := range [...]uint32{1, nulls, c.element, uint32(len(values)), 1} { //nolint:gosec // a batch is smaller
		to = binary.BigEndian.AppendUint32(to, n)
	}
	for _, v := range values {
		n := c.size(v)
		to = binary.BigEndian.AppendUint32(to, uint32(n)) //nolint:gosec // null is -1, and no value has 4 GB
		if n != nullSize {
			to = c.append(to, v)
		}
	}
	return to, nil
}
