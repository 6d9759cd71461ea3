/* Many PC/SC contexts in one process, each with a thread, a handle and commands of its own.
   usage: crowd CONTEXTS ROUNDS. Prints "connected", waits for a line, prints what was answered. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winscard.h>

struct member {
	pthread_t thread;
	SCARDCONTEXT context;
	SCARDHANDLE card;
	long code;
	int answered;
};

static int rounds;
static pthread_barrier_t all_connected, begin;

static long join_in(struct member *one)
{
	char names[2048];
	DWORD size = sizeof names, protocol;
	LONG code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &one->context);

	if (code == SCARD_S_SUCCESS)
		code = SCardListReaders(one->context, NULL, names, &size);
	if (code == SCARD_S_SUCCESS)
		code = SCardConnect(one->context, names, SCARD_SHARE_SHARED,
			SCARD_PROTOCOL_T1, &one->card, &protocol);
	return code;
}

static void *work(void *argument)
{
	struct member *one = argument;
	unsigned char challenge[] = {0x00, 0x84, 0x00, 0x00, 0x08}, answer[258];

	one->code = join_in(one);
	pthread_barrier_wait(&all_connected);
	pthread_barrier_wait(&begin);
	for (int i = 0; i < rounds && one->code == SCARD_S_SUCCESS; i++) {
		DWORD got = sizeof answer;
		one->code = SCardTransmit(one->card, SCARD_PCI_T1, challenge, sizeof challenge, NULL, answer, &got);
		if (one->code == SCARD_S_SUCCESS && got == 10 && answer[8] == 0x90)
			one->answered++;
	}
	if (one->code == SCARD_S_SUCCESS)
		one->code = SCardDisconnect(one->card, SCARD_LEAVE_CARD);
	SCardReleaseContext(one->context);
	return NULL;
}

int main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[1]) : 0, answered = 0, failed = 0;
	struct member *members = calloc(count, sizeof *members);
	char line[8];

	rounds = argc > 2 ? atoi(argv[2]) : 0;
	pthread_barrier_init(&all_connected, NULL, count + 1);
	pthread_barrier_init(&begin, NULL, count + 1);
	for (int i = 0; i < count; i++)
		pthread_create(&members[i].thread, NULL, work, &members[i]);
	pthread_barrier_wait(&all_connected);
	puts("connected");
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin))
		return 1;
	pthread_barrier_wait(&begin);
	for (int i = 0; i < count; i++) {
		pthread_join(members[i].thread, NULL);
		answered += members[i].answered;
		failed += members[i].code != SCARD_S_SUCCESS;
	}
	printf("answered %d failed %d\n", answered, failed);
	return 0;
}
