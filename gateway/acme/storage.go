package acme

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/store"
)

const (
	lockTime    = 30 * time.Second // after which others take the lock of a gateway that died
	lockPause   = time.Second      // between two attempts to take a lock
	lockTimeout = 5 * time.Second  // to give a lock back
	maxFileSize = 1 << 20          // bytes of a file, such as a certificate with its chain
)

// sharedStorage keeps the files of the library in a store, so that gateways on the
// store share account and certificates, and answer the tests of each other's orders.
// The files are sealed. One gateway at a time obtains a certificate: the library
// takes a lock for that, which ends if the gateway dies. A gateway whose lock has
// ended although it lives on can't change a file until it has given the lock back.
type sharedStorage struct {
	files  store.CertificateFiles
	sealer *redact.Sealer
	clock  clock.Clock
	log    *zap.Logger

	mu   sync.Mutex
	held map[string]*heldLock // by name
}

type heldLock struct {
	lock store.CertificateLock
	end  context.CancelFunc // of the extension
}

var (
	_ certmagic.Storage          = (*sharedStorage)(nil)
	_ certmagic.LockLeaseRenewer = (*sharedStorage)(nil)
)

// Lock waits until the lock is taken, and extends it until Unlock.
func (s *sharedStorage) Lock(ctx context.Context, name string) error {
	for {
		l, taken, err := s.files.TakeCertificateLock(ctx, name, lockTime)
		if err != nil {
			return err
		}
		if taken {
			s.hold(l)
			return nil
		}
		if err := clock.Sleep(ctx, s.clock, lockPause); err != nil {
			return err
		}
	}
}

func (s *sharedStorage) hold(l store.CertificateLock) {
	ctx, end := context.WithCancel(context.Background())
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		s.held = map[string]*heldLock{}
	}
	s.held[l.Name] = &heldLock{l, end}
	go s.extend(ctx, l)
}

// extend makes a lock last until the context ends or the lock is lost. While the
// store is not available, the lock may end, and then changes of files fail.
func (s *sharedStorage) extend(ctx context.Context, l store.CertificateLock) {
	for clock.Sleep(ctx, s.clock, lockTime/3) == nil {
		err := s.files.ExtendCertificateLock(ctx, l, lockTime)
		if errors.Is(err, store.ErrLost) {
			s.log.Warn("the lock of an order was lost, so its result is not stored", zap.String("lock", l.Name))
			return
		}
	}
}

// RenewLockLease is called before each attempt of an order, between which hours may
// pass. It takes a lock that was lost again, unless another gateway has it now.
func (s *sharedStorage) RenewLockLease(ctx context.Context, name string, _ time.Duration) error {
	s.mu.Lock()
	h := s.held[name]
	s.mu.Unlock()
	if h == nil {
		return fmt.Errorf("the lock %q is not held", name)
	}
	err := s.files.ExtendCertificateLock(ctx, h.lock, lockTime)
	if !errors.Is(err, store.ErrLost) {
		return err
	}
	l, taken, err := s.files.TakeCertificateLock(ctx, name, lockTime)
	switch {
	case err != nil:
		return err
	case !taken:
		return errors.New("another gateway works on the order")
	}
	h.end()
	s.hold(l)
	return nil
}

// Unlock gives a lock back.
func (s *sharedStorage) Unlock(ctx context.Context, name string) error {
	s.mu.Lock()
	h := s.held[name]
	delete(s.held, name)
	s.mu.Unlock()
	if h == nil {
		return fmt.Errorf("the lock %q is not held", name)
	}
	h.end()
	ctx, cancel := clock.WithTimeout(context.WithoutCancel(ctx), s.clock, lockTimeout)
	defer cancel()
	return s.files.DropCertificateLock(ctx, h.lock)
}

// heldLocks lists the locks that this gateway believes to hold.
func (s *sharedStorage) heldLocks() []store.CertificateLock {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]store.CertificateLock, 0, len(s.held))
	for _, h := range s.held {
		out = append(out, h.lock)
	}
	return out
}

// Store makes or replaces a file. Its name is sealed with it, so that no other file
// can be put in its place.
func (s *sharedStorage) Store(ctx context.Context, name string, content []byte) error {
	if len(content) > maxFileSize {
		return fmt.Errorf("the file %s has %d bytes, at most %d are stored", name, len(content), maxFileSize)
	}
	sealed := s.sealer.Seal(append([]byte(name+"\n"), content...))
	return s.files.PutCertificateFile(ctx, store.CertificateFile{Name: name, Sealed: sealed}, s.heldLocks()...)
}

// Load returns the content of a file.
func (s *sharedStorage) Load(ctx context.Context, name string) ([]byte, error) {
	f, err := s.files.GetCertificateFile(ctx, name)
	if err != nil {
		return nil, asMissing(err)
	}
	open, err := s.sealer.Open(f.Sealed)
	if err != nil {
		return nil, fmt.Errorf("the file %s: %w", name, err)
	}
	content, ok := bytes.CutPrefix(open, []byte(name+"\n"))
	if !ok {
		return nil, fmt.Errorf("the file %s has the content of another one", name)
	}
	return content, nil
}

// asMissing returns the error by which the library knows that a file is missing.
func asMissing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return err
}

// Delete deletes a file, or all below a folder.
func (s *sharedStorage) Delete(ctx context.Context, name string) error {
	return s.files.DeleteCertificateFiles(ctx, name, s.heldLocks()...)
}

// Exists reports whether there is a file or a folder.
func (s *sharedStorage) Exists(ctx context.Context, name string) bool {
	_, err := s.Stat(ctx, name)
	return err == nil
}

// List returns what is in a folder: files and folders, or the files at any depth.
func (s *sharedStorage) List(ctx context.Context, folder string, recursive bool) ([]string, error) {
	files, err := s.files.ListCertificateFiles(ctx, folder)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%w: the folder %q of ACME", fs.ErrNotExist, folder)
	}
	var out []string
	for _, f := range files {
		name := f.Name
		if rest := strings.TrimPrefix(strings.TrimPrefix(name, folder), "/"); !recursive {
			first, _, _ := strings.Cut(rest, "/")
			name = strings.TrimSuffix(name, rest) + first
		}
		if len(out) == 0 || out[len(out)-1] != name {
			out = append(out, name)
		}
	}
	return out, nil
}

// Stat describes a file or a folder.
func (s *sharedStorage) Stat(ctx context.Context, name string) (certmagic.KeyInfo, error) {
	f, err := s.files.GetCertificateFile(ctx, name)
	if err == nil {
		return certmagic.KeyInfo{Key: name, Modified: f.Modified, Size: int64(f.Size), IsTerminal: true}, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return certmagic.KeyInfo{}, err
	}
	below, listErr := s.files.ListCertificateFiles(ctx, name)
	if listErr != nil || len(below) == 0 {
		return certmagic.KeyInfo{}, errors.Join(listErr, asMissing(err))
	}
	return certmagic.KeyInfo{Key: name}, nil
}
