package erase

import (
	"bytes"
	"context"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// LateRecordTime is how long after a deletion runs may still be recorded that
// were received before it.
const LateRecordTime = time.Hour

// Phase is how far the erasure of an address has come. Engines store the
// numbers: they never change their meaning.
type Phase int

// The phases, in their order.
const (
	ScanRuns Phase = iota
	ScanKeys
	ScanLateRuns // waits until LateRecordTime has passed
	ScanLateKeys
	AwaitOpenRuns // everything is scanned but runs that are not over
)

// Task is an address to erase.
type Task struct {
	Contact string    // store.ContactKey of the address
	Noted   time.Time // when the contact was deleted
	Late    bool      // LateRecordTime has passed since then
	Position
}

// NewTask returns the task of an address whose contact is deleted now.
func NewTask(contact string, now time.Time) Task {
	return Task{Contact: contact, Noted: now, Position: Position{Run: firstAfter(now)}}
}

// firstAfter returns an id that is greater than all ids of runs received until
// now.
func firstAfter(now time.Time) store.ID {
	id, _ := store.FirstID(now.Add(time.Millisecond))
	return id
}

// Position is where the next scan begins.
type Position struct {
	Phase Phase
	Run   store.ID // phases of runs: runs with lesser ids are left
	Scope string   // phases of keys: keys after this one are left
	Name  []byte
}

// Budget is how much a call of History may still read.
type Budget struct {
	Runs  int // and keys
	Bytes int64
}

// Spend takes a run or a key of a size from the budget.
func (b *Budget) Spend(size int64) {
	b.Runs--
	b.Bytes -= size
}

// IsSpent reports whether nothing is left.
func (b *Budget) IsSpent() bool { return b.Runs <= 0 || b.Bytes <= 0 }

// Engine is an engine of the store, for History. R is how it refers to a run.
type Engine[R any] interface {
	// Tasks returns the task of a contact, or all tasks for "".
	Tasks(ctx context.Context, contact string) ([]Task, error)
	// CountOpen counts the runs that are scanned when they are over, for a
	// contact, or for all for "".
	CountOpen(ctx context.Context, contact string) (int, error)
	// Read calls f with one state of the store. It may call f again.
	Read(ctx context.Context, f func(Reader[R]) error) error
	// Write erases the address from the runs and keys that the scan found, unless
	// a run was requeued since, notes the open ones, and saves the scan's next
	// position.
	Write(ctx context.Context, s *Scan[R]) (store.Erased, error)
}

// Reader reads one state of the store.
type Reader[R any] interface {
	// AwaitedRuns returns up to limit runs that were open when they were scanned
	// and are not open now.
	AwaitedRuns(contact string, limit int) ([]R, error)
	// Runs visits runs from the newest to the oldest, with ids below one bound
	// and not below the other. It spends the budget, and returns true if it
	// stopped because the budget was spent. A run that cannot be read is visited
	// as nil.
	Runs(below, floor store.ID, b *Budget, visit func(id store.ID, ref R, s store.State, r *Run)) (stopped bool, err error)
	// Keys visits the keys after one, in their order and with
	// a budget as Runs does. The bytes are the
	// visitor's to keep.
	Keys(scope string, name []byte, b *Budget, visit func(scope string, name, value []byte)) (stopped bool, err error)
}

// Scan is one step of a task, with its results.
type Scan[R any] struct {
	Task
	Found []R // runs that are over and hold the address, or were awaited
	Open  []R // runs that are not over
	Keys  []Key
	Next  Position

	eraser     store.Eraser
	unreadable int
	more       bool // there is more to scan now
}

// Key is a key whose value holds the address.
type Key struct {
	Scope              string
	Name, Value, Clean []byte
}

// maxAwaited is how many awaited runs one scan takes at most.
const maxAwaited = 200

// History erases addresses from the history that an engine stores, as
// store.Contacts.Erase promises. One call reads about maxBytes at most.
func History[R any](ctx context.Context, e Engine[R], q store.EraseQuery, maxBytes int64) (store.Erased, error) {
	var out store.Erased
	newEraser := q.NewEraser
	if newEraser == nil {
		newEraser = New
	}
	contact := store.ContactKey(q.Email)
	tasks, err := e.Tasks(ctx, contact)
	if err != nil {
		return out, err
	}
	budget := Budget{Runs: max(q.Limit, 1), Bytes: maxBytes}
	for _, task := range tasks {
		if budget.IsSpent() {
			out.More = true
			break
		}
		s := &Scan[R]{Task: task, eraser: newEraser(task.Contact)}
		done, err := s.execute(ctx, e, &budget)
		if err != nil {
			return out, err
		}
		done.Unread += s.unreadable
		done.More = out.More || s.more
		out.Add(done)
	}
	out.Open, err = e.CountOpen(ctx, contact)
	return out, err
}

// execute reads without holding up others, and then writes in one transaction.
func (s *Scan[R]) execute(ctx context.Context, e Engine[R], b *Budget) (store.Erased, error) {
	var left Budget
	err := e.Read(ctx, func(r Reader[R]) error {
		left = *b
		*s = Scan[R]{Task: s.Task, eraser: s.eraser, Next: s.Position}
		return s.read(r, &left)
	})
	*b = left
	if err != nil {
		return store.Erased{}, err
	}
	return e.Write(ctx, s)
}

func (s *Scan[R]) read(r Reader[R], b *Budget) error {
	limit := min(b.Runs, maxAwaited)
	awaited, err := r.AwaitedRuns(s.Contact, limit)
	if err != nil {
		return err
	}
	s.Found = awaited
	b.Runs -= len(awaited)
	s.more = len(awaited) == limit
	switch s.Phase {
	case ScanRuns:
		return s.readRuns(r, store.ID{}, b)
	case ScanLateRuns:
		if !s.Late {
			return nil
		}
		floor, _ := store.FirstID(s.Noted.Add(-LateRecordTime))
		return s.readRuns(r, floor, b)
	case ScanKeys, ScanLateKeys:
		return s.readKeys(r, b)
	default: // AwaitOpenRuns
		return nil
	}
}

// readRuns looks for the address in runs down to the floor.
func (s *Scan[R]) readRuns(r Reader[R], floor store.ID, b *Budget) error {
	stopped, err := r.Runs(s.Run, floor, b, func(id store.ID, ref R, state store.State, run *Run) {
		s.Next.Run = id
		switch {
		case run == nil:
			s.unreadable++
			return
		case state <= store.Running:
			s.Open = append(s.Open, ref)
			return
		}
		changes := run.Erase(s.eraser)
		if changes.Unreadable {
			s.unreadable++
		}
		if changes.Any() {
			s.Found = append(s.Found, ref)
		}
	})
	s.more = true
	if !stopped {
		s.Next.Phase++
	}
	return err
}

// readKeys looks for the address in the values of keys.
func (s *Scan[R]) readKeys(r Reader[R], b *Budget) error {
	stopped, err := r.Keys(s.Scope, s.Name, b, func(scope string, name, value []byte) {
		s.Next.Scope, s.Next.Name = scope, name
		clean, err := s.eraser.Erase(store.Piece{Kind: store.ResponsePiece, Bytes: value})
		if err == nil && !bytes.Equal(clean, value) {
			s.Keys = append(s.Keys, Key{scope, name, value, clean})
		}
	})
	s.more = true
	if stopped || err != nil {
		return err
	}
	s.Next.Phase, s.Next.Scope, s.Next.Name = s.Phase+1, "", nil
	if s.Next.Phase == ScanLateRuns {
		s.Next.Run = firstAfter(s.Noted)
	}
	return nil
}

// EraseRun erases the address from a run that is over, just before it is
// written, and counts it. It returns nil if nothing changed. A part that cannot
// be read counts only for an awaited run: the scan counted the others.
func (s *Scan[R]) EraseRun(r *Run, awaited bool, done *store.Erased) *Changes {
	changes := r.Erase(s.eraser)
	if changes.Unreadable && awaited {
		done.Unread++
	}
	if !changes.Any() {
		return nil
	}
	done.Runs++
	return changes
}
