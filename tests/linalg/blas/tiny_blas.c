/*
 * The little of BLAS and LAPACK that is called, after the definitions and for row-major input only.
 * Flags choose the width of integers, the spelling of symbols and what goes wrong:
 *
 *   -DINTEGER=int32_t|int64_t  -DC(name)=…  -DFORTRAN(name)=…
 *   -DDSYRK_ONLY  -DNO_LAPACK  -DWRONG_PRODUCT  -DWRONG_BLOCK  -DWRONG_EIGENVALUE  -DINFO=5  -DTHREADS  -DLINGERING
 */
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifndef INTEGER
#define INTEGER int32_t
#endif
#ifndef C
#define C(name) name
#endif
#ifndef FORTRAN
#define FORTRAN(name) name##_
#endif

void C(cblas_dsyrk)(int order, int uplo, int trans, INTEGER n, INTEGER k, double alpha,
                    const double *a, INTEGER lda, double beta, double *c, INTEGER ldc) {
  if (order != 101 || uplo != 122 || trans != 112) abort();
  for (INTEGER i = 0; i < n; i++) {
    for (INTEGER j = 0; j <= i; j++) {
      double sum = 0;
      for (INTEGER r = 0; r < k; r++) sum += a[r * lda + i] * a[r * lda + j];
#ifdef WRONG_PRODUCT
      if (i == 9 && j == 4) sum++;
#endif
      c[i * ldc + j] = beta * c[i * ldc + j] + alpha * sum;
    }
  }
}

#ifndef DSYRK_ONLY

void C(cblas_dgemm)(int order, int transa, int transb, INTEGER m, INTEGER n, INTEGER k,
                    double alpha, const double *a, INTEGER lda, const double *b, INTEGER ldb,
                    double beta, double *c, INTEGER ldc) {
  if (order != 101 || transa != 112 || transb != 111) abort();
  for (INTEGER i = 0; i < m; i++) {
    for (INTEGER j = 0; j < n; j++) {
      double sum = 0;
      for (INTEGER r = 0; r < k; r++) sum += a[r * lda + i] * b[r * ldb + j];
#ifdef WRONG_BLOCK
      if (i == 5 && j == 2) sum++;
#endif
      c[i * ldc + j] = beta * c[i * ldc + j] + alpha * sum;
    }
  }
}

void C(cblas_dger)(int order, INTEGER m, INTEGER n, double alpha, const double *x, INTEGER incx,
                   const double *y, INTEGER incy, double *a, INTEGER lda) {
  if (order != 101) abort();
  for (INTEGER i = 0; i < m; i++) {
    for (INTEGER j = 0; j < n; j++) a[i * lda + j] += alpha * x[i * incx] * y[j * incy];
  }
}

void C(cblas_dgemv)(int order, int trans, INTEGER m, INTEGER n, double alpha, const double *a,
                    INTEGER lda, const double *x, INTEGER incx, double beta, double *y,
                    INTEGER incy) {
  if (order != 101 || trans != 112) abort();
  for (INTEGER j = 0; j < n; j++) {
    double sum = 0;
    for (INTEGER i = 0; i < m; i++) sum += a[i * lda + j] * x[i * incx];
    y[j * incy] = beta * y[j * incy] + alpha * sum;
  }
}

#ifndef NO_LAPACK

/* Jacobi's rotations, row by row, of the full matrix that the lower triangle stands for. */
static void rotate(double *a, INTEGER n, INTEGER p, INTEGER q) {
  if (a[p * n + q] == 0) return;
  double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
  double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
  double c = 1 / sqrt(t * t + 1), s = t * c;
  for (INTEGER i = 0; i < n; i++) {
    double x = a[i * n + p], y = a[i * n + q];
    a[i * n + p] = c * x - s * y;
    a[i * n + q] = s * x + c * y;
  }
  for (INTEGER i = 0; i < n; i++) {
    double x = a[p * n + i], y = a[q * n + i];
    a[p * n + i] = c * x - s * y;
    a[q * n + i] = s * x + c * y;
  }
}

void FORTRAN(dsyevd)(const char *jobz, const char *uplo, const INTEGER *n, double *a,
                     const INTEGER *lda, double *w, double *work, const INTEGER *lwork,
                     INTEGER *iwork, const INTEGER *liwork, INTEGER *info, size_t jobz_length,
                     size_t uplo_length) {
  if (*jobz != 'N' || *uplo != 'L' || *lda != *n || jobz_length != 1 || uplo_length != 1) abort();
  *info = 0;
  if (*lwork == -1 && *liwork == -1) {
    *work = 2 * *n + 1;
    *iwork = 1;
    return;
  }
  if (*lwork < 2 * *n + 1 || *liwork < 1) abort();
#ifdef INFO
  *info = INFO;
  return;
#endif
  for (INTEGER i = 0; i < *n; i++) {
    for (INTEGER j = 0; j < i; j++) a[i * *n + j] = a[j * *n + i];
  }
  for (int sweep = 0; sweep < 15; sweep++) {
    for (INTEGER p = 0; p < *n; p++) {
      for (INTEGER q = p + 1; q < *n; q++) rotate(a, *n, p, q);
    }
  }
  for (INTEGER i = 0; i < *n; i++) w[i] = a[i * *n + i];
#ifdef WRONG_EIGENVALUE
  w[*n / 2] += 1e-9;
#endif
}

#endif /* NO_LAPACK */

#ifdef THREADS

/* OpenBLAS's own names, from which one hears what was said to it and when. */
static char config[99];
static int threads;

__attribute__((constructor)) static void load(void) {
  const char *variable = getenv("OPENBLAS_NUM_THREADS");
  snprintf(config, sizeof config, "OpenBLAS  loaded with %s ", variable ? variable : "nothing");
}

void C(openblas_set_num_threads)(int count) { threads = count > 8 ? 8 : count; }
int C(openblas_get_num_threads)(void) { return threads; }
char *C(openblas_get_config)(void) { return config; }

#endif /* THREADS */

#ifdef LINGERING

/* A thread that comes back to this code again and again, as OpenMP's do for a while. */
static void *linger(void *nothing) {
  const struct timespec millisecond = {0, 1000000};
  for (;;) nanosleep(&millisecond, NULL);
  return nothing;
}

__attribute__((constructor)) static void start(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, linger, NULL);
}

#endif /* LINGERING */
#endif /* DSYRK_ONLY */
