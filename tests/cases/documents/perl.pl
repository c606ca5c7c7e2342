#!/usr/bin/perl
my $n = $#array; # https://a.example/1
my $u = "https://a.example/no#x";
print <<"END";
# https://a.example/no
END

=head1 SEE ALSO

L<the site|https://a.example/2>

=cut

my $v = "https://a.example/no"; # https://a.example/3
