package postgres_test

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// certificates returns the part of the engine for certificates, by the clock of the
// test.
func (t *clockedStore) certificates() store.CertificateFiles {
	t.setClock()
	return t.Store.(store.CertificateFiles) //nolint:forcetypeassert // the engine has it
}

func (t *clockedStore) PutCertificateFile(ctx context.Context, f store.CertificateFile, held ...store.CertificateLock) error {
	return t.certificates().PutCertificateFile(ctx, f, held...)
}

func (t *clockedStore) GetCertificateFile(ctx context.Context, name string) (store.CertificateFile, error) {
	return t.certificates().GetCertificateFile(ctx, name)
}

func (t *clockedStore) ListCertificateFiles(ctx context.Context, folder string) ([]store.CertificateFile, error) {
	return t.certificates().ListCertificateFiles(ctx, folder)
}

func (t *clockedStore) DeleteCertificateFiles(ctx context.Context, name string, held ...store.CertificateLock) error {
	return t.certificates().DeleteCertificateFiles(ctx, name, held...)
}

func (t *clockedStore) TakeCertificateLock(ctx context.Context, name string, lease time.Duration) (store.CertificateLock, bool, error) {
	return t.certificates().TakeCertificateLock(ctx, name, lease)
}

func (t *clockedStore) ExtendCertificateLock(ctx context.Context, l store.CertificateLock, lease time.Duration) error {
	return t.certificates().ExtendCertificateLock(ctx, l, lease)
}

func (t *clockedStore) DropCertificateLock(ctx context.Context, l store.CertificateLock) error {
	return t.certificates().DropCertificateLock(ctx, l)
}
