package mail

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/webhook-gateway/gateway/actions/web"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/outbound"
)

// sessionPool holds the sessions with one mail server. A session sends one
// message at a time, stays open for the next one, and is replaced when it
// breaks.
type sessionPool struct {
	settings *Connection
	out      *outbound.Client
	clock    clock.Clock
	slots    chan struct{} // one for each connection that is in use

	mu       sync.Mutex
	idle     []*idleSession // the most recently used is last
	inUse    int            // sessions that are being opened or send a message
	released chan struct{}  // closed when the next session in use is released
	closed   bool
}

type idleSession struct {
	*session
	timer clock.Timer
}

// maxMessagesPerSession bounds the messages of one session. Servers have
// limits of their own and report them in many ways.
const maxMessagesPerSession = 50

// openPool returns the pool that all actions of a connection share, also
// across reloads.
func openPool(r *flow.Resources, conn *Connection) (*sessionPool, error) {
	client, err := web.OpenClient(r, nil)
	if err != nil {
		return nil, err
	}
	egress := slices.Sorted(slices.Values(r.Settings.Egress))
	key := "smtp\n" + r.Settings.Version + "\n" + conn.resourceKey() + "\n" + strings.Join(egress, "\n")
	return flow.Resource(r, key, func() (*sessionPool, func(), error) {
		p := &sessionPool{settings: conn, out: client.Outbound, clock: r.Settings.Clock, slots: make(chan struct{}, conn.connections), released: make(chan struct{})}
		return p, p.close, nil
	})
}

// sendMessage sends a message through an idle session or a new one. If an idle
// session turns out to be closed before the message began, it tries the next
// one. If the server has too many connections, it waits until another session of
// the pool has sent its message.
func (p *sessionPool) sendMessage(ctx context.Context, m *message) error {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-p.slots }()
	for {
		kept, err := p.sendOnce(ctx, m)
		var known *smtpError
		if ctx.Err() != nil || !errors.As(err, &known) || !known.beforeMessage {
			return err
		}
		released := p.nextRelease()
		switch {
		case known.busy && released != nil:
			select {
			case <-released:
			case <-ctx.Done():
				return ctx.Err()
			}
		case !kept || !known.lost:
			return err
		}
	}
}

// sendOnce sends a message through an idle session, if there is one that answers,
// or else through a new one. It reports whether the session had been kept.
func (p *sessionPool) sendOnce(ctx context.Context, m *message) (kept bool, err error) {
	s := p.takeIdle(ctx)
	kept = s != nil
	if !kept {
		if s, err = p.openCounted(ctx); err != nil {
			return false, err
		}
	}
	return kept, p.sendThrough(ctx, s, m)
}

// openCounted opens a session, which counts as in use from the beginning.
func (p *sessionPool) openCounted(ctx context.Context) (*session, error) {
	p.mu.Lock()
	p.inUse++
	p.mu.Unlock()
	s, err := p.settings.openSession(ctx, p.out, p.clock)
	if err == nil {
		return s, nil
	}
	var known *smtpError
	if errors.As(err, &known) {
		known.beforeMessage = true
	}
	p.uncount()
	return nil, err
}

// uncount takes back the count of a session that sent no message.
func (p *sessionPool) uncount() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.inUse--; p.inUse == 0 {
		p.wakeWaiting() // nothing else would
	}
}

// wakeWaiting lets the messages that wait for a session try again. The caller holds
// the lock.
func (p *sessionPool) wakeWaiting() {
	close(p.released)
	p.released = make(chan struct{})
}

// nextRelease returns a channel that is closed when one of the sessions in use has
// sent its message. It is closed already if one is idle, and nil if there is none.
func (p *sessionPool) nextRelease() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case len(p.idle) > 0:
		now := make(chan struct{})
		close(now)
		return now
	case p.inUse == 0:
		return nil
	}
	return p.released
}

// sendThrough sends a message and then returns the session to the pool, even
// after a panic.
func (p *sessionPool) sendThrough(ctx context.Context, s *session, m *message) error {
	done := false
	defer func() {
		s.broken = s.broken || !done
		p.giveBack(s)
	}()
	err := s.sendMessage(ctx, m)
	done = true
	return err
}

// takeIdle returns an idle session that still answers, nil if there is none. The
// session counts as in use during the check, so that no other message finds the pool
// empty.
func (p *sessionPool) takeIdle(ctx context.Context) *session {
	for {
		p.mu.Lock()
		last := len(p.idle) - 1
		if last < 0 {
			p.mu.Unlock()
			return nil
		}
		s := p.idle[last]
		p.idle = p.idle[:last]
		p.inUse++
		p.mu.Unlock()
		s.timer.Stop()
		if s.isAlive(ctx) {
			return s.session
		}
		s.broken = true
		s.close()
		p.uncount()
	}
}

// giveBack keeps a session for the next message, or closes it.
func (p *sessionPool) giveBack(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inUse--
	p.wakeWaiting()
	if s.broken || p.closed || p.settings.idle == 0 || s.sent >= maxMessagesPerSession {
		s.close()
		return
	}
	kept := &idleSession{session: s}
	kept.timer = p.clock.AfterFunc(p.settings.idle, func() { p.closeExpired(kept) })
	p.idle = append(p.idle, kept)
}

// closeExpired closes an idle session whose time is over.
func (p *sessionPool) closeExpired(s *idleSession) {
	p.mu.Lock()
	i := slices.Index(p.idle, s)
	if i >= 0 {
		p.idle = slices.Delete(p.idle, i, i+1)
	}
	p.mu.Unlock()
	if i >= 0 {
		s.close()
	}
}

// close ends the idle sessions. A session in use is closed after its message.
func (p *sessionPool) close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, s := range idle {
		s.timer.Stop()
		s.close()
	}
}
