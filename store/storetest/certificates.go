package storetest

import (
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// certificateTests are for engines that several gateways share.
func certificateTests(e Engine) []test {
	if !e.Shared {
		return nil
	}
	return []test{
		{"a file is read as it was stored last", certificatePut},
		{"files are listed and deleted by folder", certificateFolders},
		{"one of many gateways takes a lock", certificateLockRace},
		{"a lock ends with its lease", certificateLease},
		{"a gateway that has lost a lock changes no file", certificateFence},
		{"a clock that was set back blocks no lock", certificateClockBack},
	}
}

const testLease = 30 * time.Second

func (f *fixture) certificates(s store.Store) store.CertificateFiles {
	f.Helper()
	files, ok := s.(store.CertificateFiles)
	if !ok {
		f.Fatal("the shared store keeps no certificates")
	}
	return files
}

func (f *fixture) putCertificate(name, sealed string, held ...store.CertificateLock) {
	f.Helper()
	f.ok(f.certificates(f.s).PutCertificateFile(f.ctx, store.CertificateFile{Name: name, Sealed: []byte(sealed)}, held...))
}

// takeLock takes a lock that must be free.
func (f *fixture) takeLock(name string) store.CertificateLock {
	f.Helper()
	l, taken, err := f.certificates(f.s).TakeCertificateLock(f.ctx, name, testLease)
	f.ok(err)
	f.same("taken", taken, true)
	return l
}

// lockIsTaken fails unless another gateway can't take a lock.
func (f *fixture) lockIsTaken(name string) {
	f.Helper()
	_, taken, err := f.certificates(f.s).TakeCertificateLock(f.ctx, name, testLease)
	f.ok(err)
	f.same("taken again", taken, false)
}

func certificatePut(f *fixture) {
	c := f.certificates(f.s)
	_, err := c.GetCertificateFile(f.ctx, "a/b.crt")
	f.is(err, store.ErrNotFound)
	f.putCertificate("a/b.crt", "first")
	f.clock.Advance(time.Minute)
	f.putCertificate("a/b.crt", "\x01\x00\xff")
	for _, s := range f.openMore(1) {
		got, err := f.certificates(s).GetCertificateFile(f.ctx, "a/b.crt")
		f.ok(err)
		f.same("file", got, store.CertificateFile{Name: "a/b.crt", Sealed: []byte("\x01\x00\xff"), Size: 3, Modified: f.clock.Now()})
	}
}

func certificateFolders(f *fixture) {
	c := f.certificates(f.s)
	for _, name := range []string{"a/b/2", "a/b/1", "a/bc", "a/b_d/1", "e"} {
		f.putCertificate(name, "x")
	}
	names := func(folder string) (out []string) {
		list, err := c.ListCertificateFiles(f.ctx, folder)
		f.ok(err)
		for _, file := range list {
			out = append(out, file.Name)
			f.same("size", file.Size, 1)
			f.same("content", len(file.Sealed), 0)
		}
		return out
	}
	f.same("all", names(""), []string{"a/b/1", "a/b/2", "a/b_d/1", "a/bc", "e"})
	f.same("a/b", names("a/b"), []string{"a/b/1", "a/b/2"})
	f.same("a file", len(names("e")), 0)
	f.ok(c.DeleteCertificateFiles(f.ctx, "a/b"))
	f.ok(c.DeleteCertificateFiles(f.ctx, "e"))
	f.ok(c.DeleteCertificateFiles(f.ctx, "missing"))
	f.same("rest", names(""), []string{"a/b_d/1", "a/bc"})
}

func certificateLockRace(f *fixture) {
	stores := f.openMore(2)
	var outcomes counter
	f.parallel(8, func(n int) error {
		_, taken, err := f.certificates(stores[n%len(stores)]).TakeCertificateLock(f.ctx, "x", testLease)
		if taken {
			outcomes.add("taken")
		}
		return err
	})
	f.same("outcomes", outcomes.n, map[string]int{"taken": 1})
}

func certificateLease(f *fixture) {
	c := f.certificates(f.s)
	first := f.takeLock("x")
	f.takeLock("y")
	f.clock.Advance(testLease - time.Second)
	f.ok(c.ExtendCertificateLock(f.ctx, first, testLease))
	f.clock.Advance(testLease - time.Second)
	f.lockIsTaken("x")
	f.takeLock("y")
	f.clock.Advance(time.Second)
	f.is(c.ExtendCertificateLock(f.ctx, first, testLease), store.ErrLost)
	second := f.takeLock("x")
	f.ok(c.DropCertificateLock(f.ctx, first)) // it is another one's by now
	f.lockIsTaken("x")
	f.ok(c.DropCertificateLock(f.ctx, second))
	third := f.takeLock("x")
	f.same("tokens differ", first.Token != second.Token && second.Token != third.Token && first.Token != third.Token, true)
}

func certificateFence(f *fixture) {
	c := f.certificates(f.s)
	lost, kept := f.takeLock("lost"), f.takeLock("kept")
	f.putCertificate("a", "old", lost, kept)
	f.clock.Advance(testLease / 2)
	f.ok(c.ExtendCertificateLock(f.ctx, kept, testLease))
	f.clock.Advance(testLease / 2)
	change := func(held ...store.CertificateLock) {
		f.Helper()
		f.is(c.PutCertificateFile(f.ctx, store.CertificateFile{Name: "a", Sealed: []byte("new")}, held...), store.ErrLost)
		f.is(c.DeleteCertificateFiles(f.ctx, "a", held...), store.ErrLost)
	}
	change(lost, kept)
	f.takeLock("lost")
	change(kept, lost)
	got, err := c.GetCertificateFile(f.ctx, "a")
	f.ok(err)
	f.same("content", string(got.Sealed), "old")
	f.putCertificate("a", "new", kept)
}

func certificateClockBack(f *fixture) {
	f.takeLock("x")
	f.clock.Jump(-time.Hour)
	f.lockIsTaken("x")
	f.clock.Advance(testLease)
	f.takeLock("x")
}
