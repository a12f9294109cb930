# A Perl program: hashes of arrays, strings split, joined and sorted.
use strict;
use warnings;

my $rounds = shift // 100000;
my ($state, %groups) = (12345);
for my $i (1 .. $rounds) {
    $state = ($state * 1103515245 + 12345) & 0x7fffffff;
    my $line = join ',', "name" . $state % 5000, $i, $state % 97, "text $state";
    my ($name, @rest) = split /,/, $line;
    push @{ $groups{$name} }, { number => $rest[0], rest => join('|', @rest[1, 2]) };
}
my $total = 0;
for my $name (sort keys %groups) {
    $total += length($_->{rest}) + $_->{number} for sort { $a->{rest} cmp $b->{rest} } @{ $groups{$name} };
}
print "report $total\n";
