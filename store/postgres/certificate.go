package postgres

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

var _ store.CertificateFiles = (*Store)(nil)

// PutCertificateFile makes or replaces a file.
func (s *Store) PutCertificateFile(ctx context.Context, f store.CertificateFile, held ...store.CertificateLock) error {
	return s.changeCertificates(ctx, held, func(t *tx) {
		t.addSQL("INSERT INTO certificate_files (name, sealed, modified) VALUES ($1, $2, clock()) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, modified = excluded.modified",
			f.Name, f.Sealed)
	})
}

// DeleteCertificateFiles deletes a file, or all below a folder.
func (s *Store) DeleteCertificateFiles(ctx context.Context, name string, held ...store.CertificateLock) error {
	return s.changeCertificates(ctx, held, func(t *tx) {
		t.addSQL("DELETE FROM certificate_files WHERE name = $1 OR starts_with(name, $1 || '/')", name)
	})
}

// changeCertificates makes a change if the locks are held, which stay so until it is
// committed.
func (s *Store) changeCertificates(ctx context.Context, held []store.CertificateLock, change func(*tx)) error {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	return inTransaction(ctx, s.writePool, func(ctx context.Context, t *tx) error {
		if err := checkCertificateLocks(ctx, t, held); err != nil {
			return err
		}
		change(t)
		return t.sendAll(ctx)
	})
}

func checkCertificateLocks(ctx context.Context, t *tx, held []store.CertificateLock) error {
	if len(held) == 0 {
		return nil
	}
	names, tokens := make([]string, len(held)), make([]int64, len(held))
	for i, l := range held {
		names[i], tokens[i] = l.Name, l.Token
	}
	const own = `SELECT count(*) FROM (SELECT 1 FROM certificate_locks l JOIN unnest($1::text[], $2::bigint[]) AS h (name, token)
		ON l.name = h.name AND l.token = h.token WHERE l.expires > clock() ORDER BY l.name FOR SHARE OF l) own`
	var n int
	scanRows(t.addSQL(own, names, tokens), []any{&n}, func() error { return nil })
	if err := t.sendAll(ctx); err != nil {
		return err
	}
	if n < len(held) {
		return store.LostCertificateLock()
	}
	return nil
}

// GetCertificateFile returns a file.
func (s *Store) GetCertificateFile(ctx context.Context, name string) (store.CertificateFile, error) {
	list, err := s.readCertificateFiles(ctx, "sealed", "name = $1", name)
	switch {
	case err != nil:
		return store.CertificateFile{}, err
	case len(list) == 0:
		return store.CertificateFile{}, store.MissingCertificateFile(name)
	}
	return list[0], nil
}

// ListCertificateFiles returns the files below a folder without their contents.
func (s *Store) ListCertificateFiles(ctx context.Context, folder string) ([]store.CertificateFile, error) {
	return s.readCertificateFiles(ctx, "NULL::bytea", "$1 = '' OR starts_with(name, $1 || '/')", folder)
}

func (s *Store) readCertificateFiles(ctx context.Context, content, where string, name string) (out []store.CertificateFile, err error) {
	err = inTransaction(ctx, s.readPool, func(_ context.Context, t *tx) error {
		out = nil
		var f store.CertificateFile
		var modified time.Time
		q := t.addSQL("SELECT name, "+content+", octet_length(sealed), modified FROM certificate_files WHERE "+where+" ORDER BY name", name)
		scanRows(q, []any{&f.Name, &f.Sealed, &f.Size, &modified}, func() error {
			row := f
			row.Modified = timeOf(&modified)
			out = append(out, row)
			f.Sealed = nil
			return nil
		})
		return nil
	})
	return out, wrapContextError(ctx, err)
}

// takeCertificateLock has the arguments name and lease in microseconds.
const takeCertificateLock = `INSERT INTO certificate_locks AS l (name, token, expires)
	VALUES ($1, nextval('certificate_lock_tokens'), clock() + $2::bigint * interval '1 microsecond')
	ON CONFLICT (name) DO UPDATE SET token = excluded.token, expires = excluded.expires
		WHERE l.expires <= clock()
	RETURNING token`

// TakeCertificateLock takes a lock unless another gateway has it.
func (s *Store) TakeCertificateLock(ctx context.Context, name string, lease time.Duration) (l store.CertificateLock, taken bool, err error) {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return l, false, err
	}
	defer cancel()
	l.Name = name
	err = inTransaction(ctx, s.writePool, func(_ context.Context, t *tx) error {
		taken = false
		scanRows(t.addSQL(takeCertificateLock, name, lease.Microseconds()), []any{&l.Token}, func() error { taken = true; return nil })
		return nil
	})
	return l, taken, err
}

// ExtendCertificateLock makes a lock last for the lease from now.
func (s *Store) ExtendCertificateLock(ctx context.Context, l store.CertificateLock, lease time.Duration) error {
	n, err := s.changeCertificateLock(ctx, "UPDATE certificate_locks SET expires = clock() + $3::bigint * interval '1 microsecond' WHERE name = $1 AND token = $2 AND expires > clock() RETURNING 1",
		l.Name, l.Token, lease.Microseconds())
	if err == nil && n == 0 {
		return store.LostCertificateLock()
	}
	return err
}

// DropCertificateLock gives a lock back.
func (s *Store) DropCertificateLock(ctx context.Context, l store.CertificateLock) error {
	_, err := s.changeCertificateLock(ctx, "DELETE FROM certificate_locks WHERE name = $1 AND token = $2 RETURNING 1", l.Name, l.Token)
	return err
}

// changeCertificateLock returns how many locks a statement has changed.
func (s *Store) changeCertificateLock(ctx context.Context, statement string, args ...any) (n int, err error) {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return 0, err
	}
	defer cancel()
	err = inTransaction(ctx, s.writePool, func(_ context.Context, t *tx) error {
		n = 0
		var one int
		scanRows(t.addSQL(statement, args...), []any{&one}, func() error { n++; return nil })
		return nil
	})
	return n, err
}
