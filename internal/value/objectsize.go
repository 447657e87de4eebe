package value

import "math/bits"

// The bytes of the map of an object.
const (
	mapHead      = 48
	tableHead    = 48
	groupMembers = 8
	groupBytes   = 8 + groupMembers*32 // a byte for each member, its name and its interface
	tableGroups  = 128                 // groups of the largest table
)

// ObjectSize returns the bytes of an object, with the headers of its names and the
// interfaces of its members. Go makes room for eight members, or for a power of two, of
// which at most seven eighths are used, in tables of at most a thousand members.
func ObjectSize(members int) int {
	switch {
	case members == 0:
		return mapHead
	case members <= groupMembers:
		return mapHead + AllocatedSize(groupBytes)
	}
	places := 1 << bits.Len(uint(members*groupMembers/(groupMembers-1)-1)) //nolint:gosec // no length is negative
	groups := places / groupMembers
	tables := max(1, groups/tableGroups)
	return mapHead + tables*(tableHead+AllocatedSize(groups/tables*groupBytes))
}

// AllocatedSize returns at least the bytes that Go takes for a value of so many: the
// sizes of its blocks are in steps.
func AllocatedSize(bytes int) int {
	const step, fine, page, large = 16, 256, 8 << 10, 32 << 10
	switch {
	case bytes > large:
		return (bytes + page) &^ (page - 1)
	case bytes > 2*fine:
		return bytes + bytes/8 + step
	case bytes > fine:
		return (bytes + 2*step - 1) &^ (2*step - 1)
	}
	return (bytes + step - 1) &^ (step - 1)
}
