package store

import (
	"context"
	"fmt"
	"time"
)

// CertificateFiles keeps the account, the certificates and the challenges of ACME
// for all gateways on a store. Only an engine that several gateways share has this
// part: a gateway alone keeps them in a folder.
//
// A lock belongs to one gateway for a time by the engine's clock. A gateway that has
// lost one of its locks changes no file: a change names the locks that the gateway
// believes to hold, and returns ErrLost if one of them is lost.
type CertificateFiles interface {
	// PutCertificateFile makes or replaces a file. The engine sets Size and Modified.
	PutCertificateFile(ctx context.Context, f CertificateFile, held ...CertificateLock) error
	// GetCertificateFile returns a file, or ErrNotFound.
	GetCertificateFile(ctx context.Context, name string) (CertificateFile, error)
	// ListCertificateFiles returns the files below a folder without their contents,
	// sorted by name; all if the folder is "".
	ListCertificateFiles(ctx context.Context, folder string) ([]CertificateFile, error)
	// DeleteCertificateFiles deletes a file, or all below a folder. A missing one is
	// not an error.
	DeleteCertificateFiles(ctx context.Context, name string, held ...CertificateLock) error
	// TakeCertificateLock takes a lock for the time of the lease, unless another
	// gateway has it.
	TakeCertificateLock(ctx context.Context, name string, lease time.Duration) (l CertificateLock, taken bool, err error)
	// ExtendCertificateLock makes a lock last for the lease from now, or returns
	// ErrLost.
	ExtendCertificateLock(ctx context.Context, l CertificateLock, lease time.Duration) error
	// DropCertificateLock gives a lock back. A lost one is not an error.
	DropCertificateLock(ctx context.Context, l CertificateLock) error
}

// CertificateFile is a file of ACME. Its name has segments between slashes.
type CertificateFile struct {
	Name     string
	Sealed   []byte // only the gateway's key opens it
	Size     int    // of Sealed
	Modified time.Time
}

// CertificateLock is a lock that was taken. No two have the same token.
type CertificateLock struct {
	Name  string
	Token int64
}

// MissingCertificateFile is the error for a file that is not there.
func MissingCertificateFile(name string) error {
	return fmt.Errorf("%w: the file %q of ACME", ErrNotFound, name)
}

// LostCertificateLock is the error for a lock that another gateway may have.
func LostCertificateLock() error {
	return fmt.Errorf("%w: a lock of ACME has expired", ErrLost)
}
